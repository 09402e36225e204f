"""Vectors from Parquet files of a hub data set, and pairs sampled among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness import limits
from harness.data import hub, hub_parquet
from harness.data.parquet import read_parquet_vectors
from harness.data.sampling import Part
from harness.data.vector_files import Rows, vector_set
from harness.errors import InputError
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``rows`` vectors of ``column`` after the first ``skip``, in the order of the files' names.

    ``files``: a pattern of names, ``*`` also covers ``/``; skipping counts the rows of these alone. Left out,
    the files have to be those of one split. ``column``: lists of numbers or JSON texts of such; left out, the
    single one with "embedding" in its name, or else the single column of lists. ``pairs``: of graded
    similarity drawn a row (``sampling``); a set to train on may have none. ``take``: a part of these rows.
    """

    repo: str
    rows: int = Field(ge=2)
    skip: int = Field(default=0, ge=0)
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    files: str = "*.parquet"
    column: str | None = None
    pairs: int = Field(default=1, ge=0, le=limits.PAIRS_A_ROW.most)
    take: Part = Part()


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the vectors; raise BlockedError where neither cache nor hub has them."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    taken = {} if params.take == Part() else {"take": params.take.identity()}
    return {"use": "hub-vectors", **params.model_dump(exclude={"take"}), "revision": sha, **taken}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the vectors, downloading the files they stand in and no others, with pairs among them."""
    origin = locate(params, place)
    vectors = [
        read_parquet_vectors(part.path, params.column, part.count, part.skip)
        for part in hub_parquet.parts(
            params.repo, origin["revision"], params.files, place, skip=params.skip, rows=params.rows
        )
    ]
    widths = sorted({part.shape[1] for part in vectors})
    if len(widths) > 1:
        raise InputError(
            f"{params.repo}: found vectors of {widths} dimensions, expected as many in each file"
        )
    taken = Rows(**params.take.model_dump(), pairs=params.pairs)
    data = vector_set(np.concatenate(vectors), name, origin, taken, params.repo)
    return data if data.index is None else replace(data, index=data.index + params.skip)
