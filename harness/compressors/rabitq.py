"""RaBitQ by faiss: 1 bit a dimension (Gao and Long 2024), or up to 8 (Gao et al. 2025), randomly rotated.

A vector is centred on the training mean, rotated, and coded as a point of a grid. A stored factor makes the
grid point's inner products unbiased estimates of the vector's. faiss stores more factors for search than
decoding needs: 8 bytes a vector with 1 bit, 20 with more. All of them count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.rotation import rotated
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = True
# Bytes of factors in faiss's codes: after the sign bits of 1-bit codes, after those of longer codes, and
# after the further bits.
SIGN_FACTORS, MANY_SIGN_FACTORS, MORE_FACTORS = 8, 12, 8


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension; ``rotate``: whether to rotate at random first, as the method prescribes."""

    bits: int = Field(default=1, ge=1, le=8)
    rotate: bool = True


@dataclass(frozen=True, slots=True)
class RaBitQ:
    """``mean`` (D,) and ``rotation`` (D, D), both float32; no rows of ``rotation`` mean no rotation."""

    bits: int
    mean: Floats
    rotation: Floats
    reconstructs: ClassVar[bool] = True

    @property
    def side_bytes(self) -> int:
        """Return the bytes of factors in faiss's code of a vector, beyond the bits of its dimensions."""
        return SIGN_FACTORS if self.bits == 1 else MANY_SIGN_FACTORS + MORE_FACTORS

    def encode(self, x: Floats) -> Bytes:
        """Return codes uint8 of vectors (n, D) float32.

        A row takes ceil(D / 8) bytes for signs, ceil(D (bits - 1) / 8) for further bits, and ``side_bytes``.
        """
        moved = x - self.mean
        if len(self.rotation):
            moved = rotated(moved, self.rotation)
        codes: Bytes = self._quantizer().compute_codes(np.ascontiguousarray(moved))
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, D) float32 whose inner products with others estimate the encoded ones'."""
        moved = self._grid(codes) if self.bits > 1 else self._quantizer().decode(np.ascontiguousarray(codes))
        if len(self.rotation):
            moved = rotated(moved, self.rotation.T)
        x: Floats = moved + self.mean
        return x

    def state(self) -> dict[str, NDArray[Any]]:
        """Return mean and rotation."""
        return {"mean": self.mean, "rotation": self.rotation}

    def _quantizer(self) -> Any:
        import faiss

        new: Any = faiss.RaBitQuantizer  # its stubs lack the number of bits
        return new(len(self.mean), faiss.METRIC_INNER_PRODUCT, self.bits)

    def _grid(self, codes: Bytes) -> Floats:
        """Return the scaled grid points of codes of 2 bits or more; faiss's decode reads only the signs.

        A code has the sign bits, 12 bytes of factors for them, the further bits of each dimension, and two
        float32, of which the second is the factor of the whole point.
        """
        dimension, more = len(self.mean), self.bits - 1
        signs = _bytes(dimension, 1)
        start = signs + MANY_SIGN_FACTORS
        end = start + _bytes(dimension, more)
        sign = np.unpackbits(codes[:, :signs], axis=1, count=dimension, bitorder="little")
        stream = np.unpackbits(codes[:, start:end], axis=1, count=dimension * more, bitorder="little")
        rest = np.packbits(stream.reshape(-1, dimension, more), axis=2, bitorder="little")[:, :, 0]
        point = (sign * np.float32(2**more) + rest) - np.float32((2**self.bits - 1) / 2)
        factor = np.ascontiguousarray(codes[:, end + 4 : end + 8]).view("<f4")
        grid: Floats = point * factor
        return grid


def fit(train: Training, params: Params, seed: int) -> RaBitQ:
    """Return the codec with the mean of the training vectors; the rotation is drawn, not learned."""
    mean = train.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    rotation = np.empty((0, train.dimension), np.float32)
    if params.rotate:
        normal = np.random.default_rng(seed).standard_normal((train.dimension, train.dimension))
        rotation = np.linalg.qr(normal)[0].astype(np.float32)
    return RaBitQ(params.bits, mean, rotation)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> RaBitQ:
    """Return the codec that ``state`` describes."""
    mean = stored(state, "mean", None)
    rotation = stored(state, "rotation", len(mean) if len(state["rotation"]) else 0, len(mean))
    return RaBitQ(params.bits, mean, rotation)


def _bytes(dimension: int, bits: int) -> int:
    return -(-dimension * bits // 8)
