"""A retrieval set of the hub as mteb keeps it, at a pinned commit: mteb/nfcorpus, mteb/scifact and the like.

Configurations ``corpus`` (_id, title, text), ``queries`` (_id, text) and ``default``, the judgements
(query-id, corpus-id, score), of which one split is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from harness.data import hub
from harness.data.beir import Table, document_set, judged_set
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``repo``; ``split`` of the judgements; ``revision``: a commit, left out where nobody could check one.

    ``part``: 'judged' is all documents and the queries judged in the split; 'documents' is a corpus to train
    on, of the documents alone, whatever the split.
    """

    repo: str
    split: str = "test"
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    part: Literal["judged", "documents"] = "judged"


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the data; raise BlockedError where neither cache nor hub has it."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "hub-judged", **params.model_dump(), "revision": sha}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set, downloaded if need be; no code of the repository is run."""
    origin = locate(params, place)
    folder = hub.snapshot(params.repo, "dataset", origin["revision"])
    documents = _table(params.repo, folder, "corpus", None)
    if params.part == "documents":
        return document_set(name, documents, origin)
    queries = _table(params.repo, folder, "queries", None)
    return judged_set(name, documents, queries, _table(params.repo, folder, "default", params.split), origin)


def _table(repo: str, folder: Path, config: str, split: str | None) -> Table:
    """Return a configuration's rows, of one split or of all."""
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    with hub.fetching("dataset", repo):
        loaded = load_dataset(str(folder), config)
        parts = [loaded[split]] if split else list(loaded.values())
    return Table([row for part in parts for row in part], f"{repo} ({config})")
