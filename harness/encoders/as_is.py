"""Vectors as they come: from your own files, or planted."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.errors import InputError
from harness.types import Floats, PairSet, Place, check_vectors


class Params(BaseModel, extra="forbid", frozen=True):
    """``dimension`` that every vector must have."""

    dimension: int = Field(ge=1)


def locate(_params: Params, _place: Place) -> dict[str, Any]:
    """Return what identifies the encoder: it changes nothing."""
    return {"use": "as-is"}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, _place: Place) -> Floats:
    """Return the given rows of the set's own vectors, (len(rows), D) float32."""
    if data.vectors is None:
        raise InputError(f"{data.name}: found texts, expected vectors for the encoder as-is")
    return check_vectors(data.vectors[rows], data.name, params.dimension)
