"""The rotation of iterative quantization (Gong and Lazebnik 2011), by faiss; `sign` comes after it.

PCA first, centred; then the orthogonal matrix that brings the components closest to their signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import Affine, principal_axes, restore_affine
from harness.core import Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: components kept, one bit each after `sign`; ``iterations``: of the alternation."""

    dims: int = Field(ge=1)
    iterations: int = Field(default=50, ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return PCA and rotation as one affine codec; raise InputError where rows or dimensions are too few."""
    import faiss

    mean, axes = principal_axes(train.vectors, params.dims)
    components = ((train.vectors - mean) @ axes).astype(np.float32)
    rotation = faiss.ITQMatrix(params.dims)
    rotation.max_iter = params.iterations
    rotation.seed = seed % 2**31
    rotation.train(np.ascontiguousarray(components))
    matrix = faiss.vector_to_array(rotation.A).reshape(params.dims, params.dims)
    weights = axes @ matrix.T.astype(np.float64)
    return Affine(weights.astype(np.float32), (-mean @ weights).astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
