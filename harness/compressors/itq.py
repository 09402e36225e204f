"""The rotation of iterative quantization (Gong and Lazebnik 2011); `sign` comes after it.

Centred PCA comes first, then the orthogonal matrix that brings the components closest to their signs. From a
random rotation on, signs alternate with the Procrustes solution (their section 2.2). The alternation of faiss
1.15.1 is not used: it stops improving after a few rounds, hardly better than a random rotation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.principal_axes import principal_axes
from harness.types import Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: components kept, one bit each after `sign`; ``iterations``: of the alternation."""

    dims: int = Field(ge=1)
    iterations: int = Field(default=50, ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return PCA and rotation as one affine codec; raise InputError where rows or dimensions are too few."""
    mean, axes = principal_axes(train.vectors, params.dims)
    components = (train.vectors - mean) @ axes
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.standard_normal((params.dims, params.dims)))[0]
    for _ in range(params.iterations):
        signs = np.where(components @ rotation < 0, -1.0, 1.0)
        left, _, right = np.linalg.svd(components.T @ signs)
        rotation = left @ right
    weights = axes @ rotation
    return Affine(weights.astype(np.float32), (-mean @ weights).astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
