"""Pairs from a data set of the hub, at a pinned commit: columns sentence1, sentence2, score."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.data import hub
from harness.data.pair_sets import pair_set
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``repo`` and ``split``; ``revision``: a commit, left out where nobody could check one."""

    repo: str
    split: str
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the data; raise BlockedError where neither cache nor hub has it."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "hub", "repo": params.repo, "revision": sha, "split": params.split}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the split's pairs, downloaded if need be; no code of the repository is run."""
    from datasets import disable_progress_bars, load_dataset

    origin = locate(params, place)
    folder = hub.snapshot(params.repo, "dataset", origin["revision"])
    disable_progress_bars()
    with hub.fetching("dataset", params.repo):
        rows = load_dataset(str(folder), split=params.split)
    return pair_set(name, rows, origin, f"{params.repo} ({params.split})")
