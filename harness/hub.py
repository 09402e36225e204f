"""The model and data-set hub: is it there, and which files of which commit.

Nothing from it is executed; every snapshot is pinned to a commit, which is recorded even where a suite
could name none.
"""

from __future__ import annotations

import functools
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.core import BlockedError, Place

SECONDS = 3.0  # to wait for the hub's first answer


@functools.cache
def reachable() -> bool:
    """Return whether the hub answers; asked once a process."""
    from huggingface_hub import constants

    try:
        urllib.request.urlopen(constants.ENDPOINT, timeout=SECONDS).close()  # noqa: S310 - https by default
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def commit(repo: str, kind: str, revision: str | None, place: Place) -> str:
    """Return the commit to use of a hub repository, ``kind`` being 'dataset' or 'model'.

    Where ``revision`` is None it is the commit downloaded before, else the newest. Raises BlockedError
    where neither the cache nor the hub has it.
    """
    cached = _cached_commit(repo, kind, revision)
    if cached is not None:
        return cached
    offline = place.offline or os.environ.get("HF_HUB_OFFLINE") == "1"
    if offline or not reachable():
        reason = "the run is offline" if offline else "the hub cannot be reached"
        raise BlockedError(
            f"{kind} {repo} is not in the cache and {reason}", "run once with the hub reachable"
        )
    if revision is not None:
        return revision
    from huggingface_hub import HfApi

    with _told(kind, repo):
        info = HfApi().dataset_info(repo) if kind == "dataset" else HfApi().model_info(repo)
    if info.sha is None:
        raise BlockedError(f"the hub names no commit of {repo}", "pin a revision in the suite")
    return info.sha


def snapshot(repo: str, kind: str, sha: str, patterns: list[str] | None = None) -> Path:
    """Return the folder of a commit's files, downloaded where the cache has them not.

    Raises BlockedError where the download does not come to its end.
    """
    from huggingface_hub import snapshot_download

    with _told(kind, repo):
        return Path(snapshot_download(repo, repo_type=kind, revision=sha, allow_patterns=patterns))


@contextmanager
def _told(kind: str, repo: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = str(error).partition("\n")[0]
        missing = f"{kind} {repo} could not be fetched: {reason}"
        raise BlockedError(missing, "run again with the hub reachable") from error


def _cached_commit(repo: str, kind: str, revision: str | None) -> str | None:
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE) / f"{kind}s--{repo.replace('/', '--')}"
    if revision is None:
        reference = folder / "refs" / "main"
        revision = reference.read_text().strip() if reference.is_file() else None
    return revision if revision and (folder / "snapshots" / revision).is_dir() else None
