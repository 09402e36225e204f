"""A retrieval set of a mirror in BEIR's layout: documents, queries and judgements, every file by digest."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, model_validator

from harness.data.beir import document_set, judged_set, read_json_lines, read_tab_lines
from harness.data.mirrored import Pinned
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``corpus`` and ``queries`` (JSON lines) and ``qrels`` (tab-separated, with a header).

    ``part``: 'judged' is all documents and the queries that ``qrels`` names; 'documents' is a corpus to train
    on, of the documents alone, and needs neither queries nor judgements.
    """

    corpus: Pinned
    queries: Pinned | None = None
    qrels: Pinned | None = None
    part: Literal["judged", "documents"] = "judged"

    @model_validator(mode="after")
    def _whole(self) -> Params:
        if (self.part == "judged") != (self.queries is not None and self.qrels is not None):
            raise ValueError("queries and qrels: expected both of a judged set, and neither of documents")
        return self


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes; raise BlockedError without a mirror or a file in it."""
    for pinned in (params.corpus, params.queries, params.qrels):
        if pinned:
            pinned.located(place)
    return {"use": "mirror-judged", **params.model_dump(exclude_none=True)}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the set; raise InputError where a file is not the pinned one."""
    origin = locate(params, place)
    documents = read_json_lines(params.corpus.checked(place))
    if params.queries is None or params.qrels is None:
        return document_set(name, documents, origin)
    queries = read_json_lines(params.queries.checked(place))
    judgements = read_tab_lines(params.qrels.checked(place))
    return judged_set(name, documents, queries, judgements, origin)
