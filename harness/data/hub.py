"""The hub of models and data sets: whether it answers, and the files of a commit.

No code from it is executed. Every snapshot is pinned to a commit, which is recorded even where a suite names
none.
"""

from __future__ import annotations

import functools
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import BlockedError
from harness.evidence.files import write_atomic
from harness.types import Place

SECONDS = 3.0  # to wait for the hub's first answer
_NOT_FOUND, _FORBIDDEN = {401, 404, 410}, {403, 451}  # the hub answers 401 for a name that it does not have
_TRUE = {"1", "ON", "YES", "TRUE"}  # as the hub's own client reads a variable


@functools.cache
def reachable() -> bool:
    """Return whether the hub answers; checked once a process."""
    from huggingface_hub import constants

    try:
        urllib.request.urlopen(constants.ENDPOINT, timeout=SECONDS).close()  # noqa: S310 - https by default
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True


def commit(repo: str, kind: str, revision: str | None, place: Place) -> str:
    """Return the commit to use of a hub repository, ``kind`` being 'dataset' or 'model'.

    Without a ``revision`` it is the commit that was downloaded before, else the newest. Raises BlockedError
    where neither the cache nor the hub has it.
    """
    cached = _cached_commit(repo, kind, revision)
    if cached is not None:
        return cached
    offline = place.offline or os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE
    if offline or not reachable():
        reason = "the run is offline" if offline else "the hub cannot be reached"
        raise BlockedError(
            f"{kind} {repo} is not in the cache and {reason}", "run once with the hub reachable"
        )
    if revision is not None:
        return revision
    from huggingface_hub import HfApi

    with fetching(kind, repo):
        info = HfApi().dataset_info(repo) if kind == "dataset" else HfApi().model_info(repo)
    if info.sha is None:
        raise BlockedError(f"the hub names no commit of {repo}", "pin a revision in the suite")
    return info.sha


def snapshot(repo: str, kind: str, sha: str, patterns: list[str] | None = None) -> Path:
    """Return the folder of a commit's files, downloaded unless the cache has them.

    Raises BlockedError where the download fails.
    """
    from huggingface_hub import snapshot_download

    with fetching(kind, repo):
        folder = Path(snapshot_download(repo, repo_type=kind, revision=sha, allow_patterns=patterns))
    if not (recorded := _recorded(repo, kind)).is_file():
        write_atomic(recorded, sha.encode())
    return folder


@contextmanager
def fetching(kind: str, repo: str) -> Iterator[None]:
    """Turn whatever fetching or reading a repository raises into a BlockedError of one line."""
    try:
        yield
    except Exception as error:
        raise _blocked(f"{kind} {repo}", error) from error


def _blocked(named: str, error: Exception) -> BlockedError:
    """Return what the hub's refusal means for a user, and what can be done about it."""
    from huggingface_hub import errors

    # The client wraps the hub's answer where it then finds nothing on this machine either.
    for cause in (error, error.__cause__):
        status = getattr(getattr(cause, "response", None), "status_code", None)
        if isinstance(cause, errors.GatedRepoError):  # before the next, of which it is a kind
            return BlockedError(
                f"{named} is gated", "accept its terms on the hub and log in with a token: HF_TOKEN=…"
            )
        if isinstance(cause, errors.RevisionNotFoundError):
            return BlockedError(f"{named} has no such revision", "check `revision` in the suite")
        if isinstance(cause, errors.RemoteEntryNotFoundError):
            return BlockedError(f"{named} has no such file", "check the files named in the suite")
        if isinstance(cause, errors.RepositoryNotFoundError) or status in _NOT_FOUND:
            return BlockedError(
                f"{named} is not on the hub, or not public",
                "check its name in the suite, it may have moved; if it is private, log in: HF_TOKEN=…",
            )
        if status in _FORBIDDEN:
            return BlockedError(f"{named} is forbidden to you", "log in with a token that may read it")
    reason = str(error).partition("\n")[0]
    return BlockedError(f"{named} could not be fetched: {reason}", "run again with the hub reachable")


def _cached_commit(repo: str, kind: str, revision: str | None) -> str | None:
    folder = cache_folder(repo, kind)
    if revision is None:
        references = (_recorded(repo, kind), folder / "refs" / "main")
        revision = next((path.read_text().strip() for path in references if path.is_file()), None)
    return revision if revision and (folder / "snapshots" / revision).is_dir() else None


def _recorded(repo: str, kind: str) -> Path:
    """Return where the commit that was downloaded first is noted, so that later runs use the same."""
    return cache_folder(repo, kind) / "refs" / "first-used-by-harness"


def cache() -> str:
    """Return the folder of the hub's downloads."""
    from huggingface_hub import constants

    return constants.HF_HUB_CACHE


def cache_folder(repo: str, kind: str) -> Path:
    """Return the folder of a repository in the cache, named as the hub's own client names it."""
    return Path(cache()) / f"{kind}s--{repo.replace('/', '--')}"
