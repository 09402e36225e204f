"""Vectors as they come: from your own files, or planted."""

from __future__ import annotations

from typing import Any

import numpy as np
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


def given(data: PairSet, params: Params) -> Floats:
    """Return the set's own vectors (n, D) float32, which need no store; those in a file were checked."""
    if data.vectors is None:
        raise InputError(f"{data.name}: found texts, expected vectors for the encoder as-is")
    in_file = isinstance(data.vectors, np.memmap) and data.vectors.shape[1] == params.dimension
    return data.vectors if in_file else check_vectors(data.vectors, data.name, params.dimension)


def encode(data: PairSet, rows: list[int], params: Params, _place: Place) -> Floats:
    """Return the given rows of the set's own vectors, (len(rows), D) float32."""
    return check_vectors(given(data, params)[rows], data.name, params.dimension)
