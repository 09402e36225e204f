"""Projection of vectors as they are onto the principal axes of the training vectors.

The axes are those of a PCA, the leading eigenvectors of the centred covariance, and not of the second moment
(the singular vectors of vectors that are not centred); what is left out is taking the mean off before.

A PCA centres: it asks what is different between vectors. A cosine is of the vectors as they are, and in a
space whose vectors all point to one side most of it is their mean. What PCA takes off is then not in the
cosines of its codes, and the nearest neighbours by cosine are others.
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
