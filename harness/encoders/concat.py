"""Other encoders of the suite side by side: each part scaled to unit length, nothing learned.

The cosine of two such vectors is the mean of the parts' cosines. ``embedding.spaces`` joins
the parts' vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from pydantic import BaseModel, Field

from harness.embedding.parameters import Names
from harness.errors import InputError
from harness.types import Floats, PairSet, Place, check_vectors


class Params(BaseModel, extra="forbid", frozen=True):
    """``parts``: names of encoders of the suite; ``dimension``: the sum of theirs."""

    dimension: int = Field(ge=1)
    parts: Names = Field(min_length=2)


def locate(_params: Params, _place: Place) -> dict[str, Any]:
    """Return what identifies the encoder, but for the identities of its parts."""
    return {"use": "concat"}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: wherever those of the parts can."""
    return True


def encode(data: PairSet, _rows: list[int], params: Params, _place: Place) -> NoReturn:
    """Raise InputError: there is nothing to encode but by the parts."""
    raise InputError(f"{data.name}: found the encoder concat, expected its parts {', '.join(params.parts)}")


def join(parts: Sequence[Floats]) -> Floats:
    """Return (n, sum of D) float32 of parts (n, D), the same rows in each, every part of unit length.

    Raises InputError for other counts of rows, and for a row without a direction.
    """
    if len({len(part) for part in parts}) != 1:
        raise InputError(
            f"concat: found parts of {[len(part) for part in parts]} rows, expected as many in each"
        )
    wide = [check_vectors(part, f"concat: part {i}").astype(np.float64) for i, part in enumerate(parts)]
    scaled = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in wide]
    return np.concatenate(scaled, axis=1).astype(np.float32)
