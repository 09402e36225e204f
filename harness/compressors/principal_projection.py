"""Projection onto the principal axes of the training vectors, without centring.

The axes are those of PCA: the leading eigenvectors of the centred covariance, not of the second moment (the
singular vectors of the uncentred vectors). Only the vectors are not centred before they are projected.

A cosine depends on the mean, and in a space whose vectors all point to one side the mean dominates it. PCA
removes the mean, so that cosines of its codes lack it and nearest neighbours change.
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

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: axes kept, at most the smaller of the training rows and D."""

    dims: int = Field(ge=1)


def fit(train: Training, params: Params, _seed: int) -> Affine:
    """Return the projection onto the leading axes; raise InputError where there are too few."""
    _, axes = principal_axes(train.vectors, params.dims)
    return Affine(axes.astype(np.float32), np.zeros(params.dims, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
