"""EDEN by faiss (Vargaftik et al. 2022), 1 to 8 bits a dimension after a random rotation.

The values are those of TurboQuant_mse, which came later; a scale of each vector makes its inner products
unbiased, or its error least (DRIVE, Vargaftik et al. 2021). faiss stores the scale and a squared length,
8 bytes a vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import EDEN_FACTORS, eden_index
from harness.codecs.frames import filled, frame, wider
from harness.codecs.rotation import rotated
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension; ``extra_bytes``: of a code for more dimensions than the vectors have.

    ``scale``: unbiased inner products, or the least error; ``centre``: whether the mean of the training
    vectors is subtracted first, as faiss does.
    """

    bits: int = Field(default=2, ge=1, le=8)
    extra_bytes: int = Field(default=0, ge=0)
    scale: Literal["unbiased", "biased"] = "unbiased"
    centre: bool = True


@dataclass(frozen=True, slots=True)
class Eden:
    """``mean`` (D,) and ``rotation`` (D, width), both float32."""

    bits: int
    extra_bytes: int
    biased: bool
    mean: Floats
    rotation: Floats
    side_bytes: ClassVar[int] = EDEN_FACTORS
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, ceil(D bits / 8) + extra_bytes + side_bytes) uint8 of vectors (n, D) float32."""
        codes = self._index().sa_encode(np.ascontiguousarray(rotated(x - self.mean, self.rotation)))
        return filled(codes, -(-len(self.mean) * self.bits // 8) + self.extra_bytes + EDEN_FACTORS)

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, D) float32, scaled as the codec's scale is."""
        index = self._index()
        turned = index.sa_decode(np.ascontiguousarray(codes[:, : index.sa_code_size()]))
        x: Floats = rotated(turned, self.rotation.T) + self.mean
        return x

    def state(self) -> dict[str, NDArray[Any]]:
        """Return mean and rotation."""
        return {"mean": self.mean, "rotation": self.rotation}

    def _index(self) -> Any:
        centre = np.zeros((1, self.rotation.shape[1]), np.float32)  # the mean is off already
        return eden_index(centre, self.bits, biased=self.biased)


def fit(train: Training, params: Params, seed: int) -> Eden:
    """Return the codec with the mean of the training vectors, or zero, and a rotation that ``seed`` draws."""
    mean = train.vectors.mean(axis=0, dtype=np.float64) * params.centre
    width = wider(train.dimension, params.bits, params.extra_bytes)
    rotation = frame(train.dimension, width, seed)
    biased = params.scale == "biased"
    return Eden(params.bits, params.extra_bytes, biased, mean.astype(np.float32), rotation)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Eden:
    """Return the codec that ``state`` describes."""
    mean = stored(state, "mean", None)
    rotation = stored(state, "rotation", len(mean), None)
    return Eden(params.bits, params.extra_bytes, params.scale == "biased", mean, rotation)
