"""Vectors that somebody put into Parquet files of a hub data set, and pairs drawn among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness import hub, shards
from harness.core import InputError, PairSet, Place
from harness.drawn import graded_pairs
from harness.parquet import read_parquet_vectors


class Params(BaseModel, extra="forbid", frozen=True):
    """``rows`` vectors of ``column`` after the first ``skip``, in the order of the files' names.

    ``files``: a pattern of names, ``*`` also covers ``/``; skipping counts the rows of these alone.
    ``column``: lists of numbers or JSON texts of such; left out, the single column of lists. ``pairs``:
    of graded similarity drawn a row (harness.drawn); a set to train on may have none.
    """

    repo: str
    rows: int = Field(ge=2)
    skip: int = Field(default=0, ge=0)
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    files: str = "*.parquet"
    column: str | None = None
    pairs: int = Field(default=1, ge=0)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the vectors; raise BlockedError where neither cache nor hub has them."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "hub-vectors", **params.model_dump(), "revision": sha}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the vectors, downloading the files they stand in and no others, with pairs among them."""
    origin = locate(params, place)
    found = [
        read_parquet_vectors(part.path, params.column, part.count, part.skip)
        for part in shards.parts(
            params.repo, origin["revision"], params.files, place, skip=params.skip, rows=params.rows
        )
    ]
    widths = sorted({part.shape[1] for part in found})
    if len(widths) > 1:
        raise InputError(
            f"{params.repo}: found vectors of {widths} dimensions, expected as many in each file"
        )
    vectors = np.concatenate(found)
    pairs = graded_pairs(vectors, name, params.pairs) if params.pairs else np.empty((0, 2), np.int64)
    return PairSet(name, None, vectors, pairs, None, origin)
