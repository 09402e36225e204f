"""Sequences of amino acids from a column of a hub data set's Parquet files, and pairs drawn at random."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.data import hub, hub_parquet
from harness.data.sampling import random_pairs
from harness.errors import InputError
from harness.types import PairSet, Place


class Params(BaseModel, extra="forbid", frozen=True):
    """``rows`` sequences of ``column`` after the first ``skip``, in the order of the files' names.

    ``files``: a pattern of names, ``*`` also covers ``/``; skipping counts the rows of these alone.
    """

    repo: str
    column: str
    rows: int = Field(ge=2)
    skip: int = Field(default=0, ge=0)
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    files: str = "*.parquet"


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the sequences; raise BlockedError where neither cache nor hub has them."""
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "hub-sequences", **params.model_dump(), "revision": sha}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the sequences in upper case without white space; raise InputError for an empty one."""
    origin = locate(params, place)
    values = hub_parquet.column_values(
        params.repo,
        origin["revision"],
        params.files,
        params.column,
        place,
        skip=params.skip,
        rows=params.rows,
    )
    sequences = [_sequence(value, where) for where, value in values]
    return PairSet(name, tuple(sequences), None, random_pairs(name, len(sequences)), None, origin)


def _sequence(value: Any, where: str) -> str:
    letters = "".join(value.split()).upper() if isinstance(value, str) else ""
    if not letters.isalpha():
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a sequence of letters")
    return letters
