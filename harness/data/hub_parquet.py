"""The Parquet files of a hub data set, in the order of their names, fetched one by one as rows are needed."""

from __future__ import annotations

import fnmatch
import glob
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.data import hub
from harness.data.parquet import parquet_rows, read_parquet_values
from harness.errors import BlockedError, InputError
from harness.evidence.files import inside, write_atomic
from harness.types import Place

ANY = "*.parquet"
_LISTED = 8  # names in an error


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one file: ``count`` of them after its first ``skip``."""

    path: Path
    skip: int
    count: int


def parts(repo: str, sha: str, pattern: str, place: Place, *, skip: int, rows: int) -> Iterator[Part]:
    """Yield the parts of files, named by ``pattern``, that hold ``rows`` rows after the first ``skip``.

    A file is fetched only when its rows are needed or counted.
    Raises BlockedError where a file cannot be had, and InputError where the files hold fewer rows.
    """
    seen = 0
    for name in file_names(repo, sha, pattern, place):
        path = _fetched(repo, sha, name)
        here = parquet_rows(path)
        first, last = max(skip - seen, 0), min(skip + rows - seen, here)
        if first < last:
            yield Part(path, first, last - first)
        seen += here
        if seen >= skip + rows:
            return
    raise InputError(f"{repo}: files {pattern}: found {seen} rows, expected at least {skip + rows}")


def column_values(
    repo: str, sha: str, pattern: str, column: str, place: Place, *, skip: int, rows: int
) -> Iterator[tuple[str, Any]]:
    """Yield each value of a column in the rows of ``parts``, after a text that names its file and row."""
    for part in parts(repo, sha, pattern, place, skip=skip, rows=rows):
        for i, value in enumerate(read_parquet_values(part.path, column, part.count, part.skip)):
            yield f"{repo}: {part.path.name}: column {column!r}, row {part.skip + i}", value


def file_names(repo: str, sha: str, pattern: str, place: Place) -> list[str]:
    """Return the sorted names of a commit's files that match ``pattern``, in which ``*`` also covers ``/``.

    The list is requested once and stored beside the cached files, so that the order of rows does not depend
    on which files are cached. Files that ANY matches have to be parts of one split: their names differ in
    numbers alone. Raises InputError.
    """
    note = hub.cache_folder(repo, "dataset") / f"files-of-{sha}.json"
    if not note.is_file():
        if place.offline:
            missing = f"the list of files of dataset {repo} is not in the cache and the run is offline"
            raise BlockedError(missing, "run once with the hub reachable")
        from huggingface_hub import HfApi

        with hub.fetching("dataset", repo):
            listed = HfApi().list_repo_files(repo, repo_type="dataset", revision=sha)
        write_atomic(note, json.dumps(sorted(listed)).encode())
    names: list[str] = sorted(fnmatch.filter(json.loads(note.read_text("utf-8")), pattern))
    if not names:
        raise InputError(f"{repo}: found no file {pattern}, expected Parquet files")
    splits = {re.sub("[0-9]+", "0", file): file for file in reversed(names)}
    if pattern == ANY and len(splits) > 1:
        several = ", ".join(sorted(splits.values())[:_LISTED])
        raise InputError(f"{repo}: found files of several splits ({several}), expected one: name `files`")
    return names


def _fetched(repo: str, sha: str, name: str) -> Path:
    inside(Path("/snapshot"), name, repo)  # by name alone: in the cache the files are links to elsewhere
    path = hub.snapshot(repo, "dataset", sha, [glob.escape(name)]) / name
    if not path.is_file():
        raise BlockedError(f"{name} of dataset {repo} is not in the cache", "run once with the hub reachable")
    return path
