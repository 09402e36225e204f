"""The first dimensions, as Matryoshka-trained models allow; nothing is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.types import Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: dimensions kept."""

    dims: int = Field(ge=1)


def fit(train: Training, params: Params, _seed: int) -> Affine:
    """Return the codec that keeps the first ``dims`` of D dimensions, whatever the vectors are."""
    weights = np.eye(train.dimension, params.dims, dtype=np.float32)
    return Affine(weights, np.zeros(params.dims, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
