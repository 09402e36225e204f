"""TurboQuant_prod by faiss (Zandieh et al. 2025, arXiv 2504.19874, Algorithm 2): 2 to 5 bits a dimension.

All bits but one are those of TurboQuant_mse. The last is the sign of the residual after a second random
transform (QJL), which makes inner products with vectors that are not encoded unbiased. faiss stores two
float32 with each code. Its correction is too small by the root of the dimensions (`codecs/faiss_codes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.faiss_codes import PROD_FACTORS, Scale, prod_codes, prod_quantizer
from harness.codecs.frames import directions, filled, frame, wider
from harness.codecs.rotation import rotated
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension; ``extra_bytes``: of a code for more dimensions than the vectors have.

    ``scale``: of the second stage, as the paper has it or as faiss does.
    """

    bits: int = Field(default=2, ge=2, le=5)
    extra_bytes: int = Field(default=0, ge=0)
    scale: Scale = "paper"


@dataclass(frozen=True, slots=True)
class TurboQuantProd:
    """``rotation`` (D, width) float32; a code has ``extra_bytes`` more than D dimensions need."""

    bits: int
    extra_bytes: int
    scale: Scale
    rotation: Floats
    side_bytes: ClassVar[int] = PROD_FACTORS
    reconstructs: ClassVar[bool] = False  # the direction, not the length

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bits ceil(D / 8) + extra_bytes + side_bytes) uint8 of vectors (n, D) float32."""
        turned = rotated(directions(x), self.rotation)
        codes = prod_codes(self._quantizer(), turned, self.scale)
        size = self.bits * -(-len(self.rotation) // 8) + self.extra_bytes + PROD_FACTORS
        return filled(codes, size)

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, D) float32 whose inner products estimate those of the encoded directions."""
        quantizer = self._quantizer()
        turned = quantizer.decode(np.ascontiguousarray(codes[:, : quantizer.code_size]))
        return rotated(turned, self.rotation.T)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the rotation."""
        return {"rotation": self.rotation}

    def _quantizer(self) -> Any:
        return prod_quantizer(self.rotation.shape[1], self.bits)


def fit(train: Training, params: Params, seed: int) -> TurboQuantProd:
    """Return the codec with a rotation that ``seed`` draws; nothing is learned."""
    width = wider(train.dimension, params.bits, params.extra_bytes)
    rotation = frame(train.dimension, width, seed)
    return TurboQuantProd(params.bits, params.extra_bytes, params.scale, rotation)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> TurboQuantProd:
    """Return the codec that ``state`` describes."""
    rotation = stored(state, "rotation", None, None)
    return TurboQuantProd(params.bits, params.extra_bytes, params.scale, rotation)
