"""Centre on the training mean and scale to unit length, in float32.

Zouhar et al. (2022, arXiv 2204.02906) recommend it before and after PCA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.cache_blocks import in_blocks
from harness.codecs.float_codes import code_floats, float_codes
from harness.types import ZERO_NORM, Bytes, Floats, Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``centre``: whether the mean of the training vectors is subtracted before scaling."""

    centre: bool = True


@dataclass(frozen=True, slots=True)
class Normalize:
    """x -> (x - mean) / |x - mean|. ``mean`` (D,) is float32; a vector equal to it becomes zero."""

    mean: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 4 D) uint8 of vectors (n, D) float32."""

        def some(rows: Floats, units: Floats) -> None:
            moved = rows.astype(np.float64) - self.mean
            moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), ZERO_NORM)
            units[...] = moved

        return float_codes(in_blocks(x, np.empty_like(x), some))

    def decode(self, codes: Bytes) -> Floats:
        """Return the unit vectors (n, D) float32, exactly as they were stored."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the mean."""
        return {"mean": self.mean}


def fit(train: Training, params: Params, _seed: int) -> Normalize:
    """Return the codec with the mean of the training vectors, or with zero where ``centre`` is false."""
    mean = train.vectors.mean(axis=0, dtype=np.float64) * params.centre
    return Normalize(mean.astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Normalize:
    """Return the codec that ``state`` describes."""
    return Normalize(np.asarray(state["mean"], np.float32))
