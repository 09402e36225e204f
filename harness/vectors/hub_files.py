"""``hf://datasets/owner/name[@revision][/path]``: files of a hub data set, downloaded to the hub's cache."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from harness.data import hub, hub_parquet
from harness.errors import BlockedError, InputError
from harness.evidence.files import inside
from harness.types import Place
from harness.vectors.formats import format_of

SCHEME = "hf://datasets/"
_LOCATION = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([0-9a-f]{40}))?(?:/(.+))?")


def hub_files(location: str) -> list[tuple[Path, str]]:
    """Return the files of a location on the hub, in order, each with its name for errors.

    ``path`` names a file, or several with ``*``; without it, the Parquet files of the only split. The commit
    is ``revision``, else that of the first download, else the newest. Raises InputError for another form,
    BlockedError where a file cannot be had.
    """
    match = _LOCATION.fullmatch(location.removeprefix(SCHEME))
    if match is None:
        expected = f"{SCHEME}owner/name, with @commit of 40 hex digits and /path if need be"
        raise InputError(f"{location}: found another form, expected {expected}")
    repo, revision, pattern = match.groups()
    place = Place(Path(), None, offline=False)
    sha = hub.commit(repo, "dataset", revision, place)
    names = hub_parquet.file_names(repo, sha, pattern or hub_parquet.ANY, place)
    for name in names:
        format_of(name)
    return [(_downloaded(repo, sha, name), f"{SCHEME}{repo}@{sha[:12]}/{name}") for name in names]


def _downloaded(repo: str, sha: str, name: str) -> Path:
    inside(Path("/snapshot"), name, repo)  # by name alone: in the cache the files are links to elsewhere
    path = hub.snapshot(repo, "dataset", sha, [glob.escape(name)]) / name
    if not path.is_file():
        raise BlockedError(f"{name} of dataset {repo} is not in the cache", "run once with the hub reachable")
    return path
