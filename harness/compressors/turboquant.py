"""TurboQuant_mse by faiss (Zandieh et al. 2025, arXiv 2504.19874, Algorithm 1): 1 to 4 bits a dimension.

A vector of length 1 is rotated at random, and each number goes to the nearest of the values that are best for
a normal distribution. The length is not stored, because no cosine needs it: there are no side bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import mse_quantizer
from harness.codecs.frames import directions, filled, frame, wider
from harness.codecs.rotation import rotated
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension; ``extra_bytes``: of a code for more dimensions than the vectors have."""

    bits: int = Field(default=2, ge=1, le=4)
    extra_bytes: int = Field(default=0, ge=0)


@dataclass(frozen=True, slots=True)
class TurboQuant:
    """``rotation`` (D, width) float32; a code has ``extra_bytes`` more than D dimensions need."""

    bits: int
    extra_bytes: int
    rotation: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False  # the direction, not the length

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, ceil(D bits / 8) + extra_bytes) uint8 of vectors (n, D) float32."""
        dimension, width = self.rotation.shape
        turned = rotated(directions(x), self.rotation)
        codes = mse_quantizer(width, self.bits).compute_codes(np.ascontiguousarray(turned))
        return filled(codes, -(-dimension * self.bits // 8) + self.extra_bytes)

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, D) float32 of about length 1."""
        quantizer = mse_quantizer(self.rotation.shape[1], self.bits)
        turned = quantizer.decode(np.ascontiguousarray(codes[:, : quantizer.code_size]))
        return rotated(turned, self.rotation.T)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the rotation."""
        return {"rotation": self.rotation}


def fit(train: Training, params: Params, seed: int) -> TurboQuant:
    """Return the codec with a rotation that ``seed`` draws; nothing is learned."""
    width = wider(train.dimension, params.bits, params.extra_bytes)
    return TurboQuant(params.bits, params.extra_bytes, frame(train.dimension, width, seed))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> TurboQuant:
    """Return the codec that ``state`` describes."""
    return TurboQuant(params.bits, params.extra_bytes, stored(state, "rotation", None, None))
