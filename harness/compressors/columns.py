"""A range of columns; the rest is discarded and nothing is fitted.

The first columns of a Matryoshka-trained model (Kusupati et al. 2022, arXiv 2205.13147) are a vector of their
own; so is each part of the encoder `concat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from harness.codecs.affine import Affine, restore_affine
from harness.errors import InputError
from harness.types import Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """Columns from ``start``, counted from 0, up to and without ``stop``."""

    start: int = Field(default=0, ge=0)
    stop: int = Field(ge=1)

    @model_validator(mode="after")
    def _some(self) -> Params:
        if self.start >= self.stop:
            raise ValueError(f"start = {self.start}: expected less than stop = {self.stop}")
        return self


def fit(train: Training, params: Params, _seed: int) -> Affine:
    """Return the codec that keeps the columns; raise InputError where the vectors lack them."""
    if params.stop > train.dimension:
        raise InputError(f"columns: found stop = {params.stop}, expected at most {train.dimension}")
    weights = np.eye(train.dimension, dtype=np.float32)[:, params.start : params.stop]
    return Affine(np.ascontiguousarray(weights), np.zeros(params.stop - params.start, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
