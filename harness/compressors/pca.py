"""Principal component analysis of the training vectors (Pearson 1901; Hotelling 1933), centred."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import Affine, principal_axes, restore_affine
from harness.core import Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: components kept, at most the smaller of the training rows and D."""

    dims: int = Field(ge=1)


def fit(train: Training, params: Params, _seed: int) -> Affine:
    """Return the projection onto the leading components; raise InputError where there are too few."""
    mean, axes = principal_axes(train.vectors, params.dims)
    return Affine(axes.astype(np.float32), (-mean @ axes).astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
