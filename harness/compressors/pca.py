"""Principal component analysis of the training vectors (Pearson 1901; Hotelling 1933), centred.

Optionally whitened: components scaled to equal spread, fully (Su et al. 2021, arXiv 2103.15316, for sentence
vectors) or in part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.types import Training

RANDOM = False
NO_SPREAD = 1e-6  # relative to the first component; a smaller one is rounding and must not be amplified


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: components kept, at most the smaller of the training rows and D.

    ``whiten``: w from 0 (none) to 1 (full); component i is divided by its standard deviation to the power w.
    """

    dims: int = Field(ge=1)
    whiten: float = Field(default=0.0, ge=0, le=1)


def fit(train: Training, params: Params, _seed: int) -> Affine:
    """Return the projection onto the leading components; raise InputError where there are too few."""
    mean, axes = principal_axes(train.vectors, params.dims)
    if params.whiten:
        spread = ((train.vectors - mean) @ axes).std(axis=0)
        varied = int((spread > NO_SPREAD * spread.max()).sum())
        if varied < params.dims:
            raise InputError(
                f"pca: found {varied} components that vary, expected {params.dims} to whiten"
                " (fewer dims, or more training rows)"
            )
        axes = axes / spread**params.whiten
    return Affine(axes.astype(np.float32), (-mean @ axes).astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
