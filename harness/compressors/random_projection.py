"""Gaussian random projection (Johnson and Lindenstrauss 1984): the untrained baseline of every lens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.types import Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: dimensions of the projection; more than the vectors have is allowed."""

    dims: int = Field(ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return a projection with independent N(0, 1/dims) entries, which do not depend on the vectors."""
    normal = np.random.default_rng(seed).standard_normal((train.dimension, params.dims))
    weights = (normal / np.sqrt(params.dims)).astype(np.float32)
    return Affine(weights, np.zeros(params.dims, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
