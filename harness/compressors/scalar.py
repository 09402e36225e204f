"""Uniform scalar quantization, 1 to 8 bits a dimension, packed densely.

The range of each dimension comes from the training split; values beyond it are clipped. From 4 bits on, cells
and bytes are those of faiss (QT_4bit, QT_6bit, QT_8bit): 2**bits - 1 cells divide the range, and the last
code stands for its upper end. With 1 to 3 bits that would waste many codes, and there are 2**bits cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.bit_fields import pack, unpack
from harness.codecs.cache_blocks import in_blocks, repeated
from harness.types import Bytes, Floats, Training

RANDOM = False
AS_FAISS = 4  # bits from which the cells are those of faiss
BYTE = 8  # bits that need no packing


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension; ``clip``: share of training values cut off at each end of its range."""

    bits: int = Field(ge=1, le=8)
    clip: float = Field(default=0.0, ge=0, lt=0.5)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A trained scalar quantizer. ``ranges`` (2 D,) float32: the minima, then the widths."""

    bits: int
    ranges: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, ceil(D bits / 8)) uint8 of vectors (n, D) float32."""
        low, width = np.split(self.ranges, 2)
        flat = np.flatnonzero(~(width > 0))
        lows = repeated(low, len(x))
        widths = repeated(np.where(width > 0, width, np.float32(1)), len(x))

        def some(rows: Floats, codes: Bytes) -> None:
            """Write the codes (m, bytes) uint8 of rows (m, D) float32."""
            position = rows - lows[: len(rows)]
            position /= widths[: len(rows)]
            position[:, flat] = 0
            np.clip(position, 0, 1, out=position)
            position *= np.float32(self._cells())
            cells = position.astype(np.uint8)
            np.clip(cells, None, (1 << self.bits) - 1, out=cells)
            codes[...] = cells if self.bits == BYTE else pack(cells, self.bits)

        return in_blocks(x, np.empty((len(x), -(-len(low) * self.bits // 8)), np.uint8), some)

    def decode(self, codes: Bytes) -> Floats:
        """Return the middle of each code's cell, (n, D) float32."""
        low, width = np.split(self.ranges, 2)
        lows, widths = repeated(low, len(codes)), repeated(width, len(codes))

        def some(packed: Bytes, rows: Floats) -> None:
            """Write the rows (m, D) float32 of codes (m, bytes) uint8."""
            rows[...] = packed if self.bits == BYTE else unpack(packed, self.bits, len(low))
            rows += np.float32(0.5)
            rows /= np.float32(self._cells())
            rows *= widths[: len(rows)]
            rows += lows[: len(rows)]

        return in_blocks(codes, np.empty((len(codes), len(low)), np.float32), some)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the ranges."""
        return {"ranges": self.ranges}

    def _cells(self) -> int:
        return (1 << self.bits) - (self.bits >= AS_FAISS)


def fit(train: Training, params: Params, _seed: int) -> Scalar:
    """Return a quantizer with the ranges of the training vectors."""
    low, high = np.quantile(train.vectors, [params.clip, 1 - params.clip], axis=0).astype(np.float32)
    return Scalar(params.bits, np.concatenate([low, high - low]))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Scalar:
    """Return the codec that ``state`` describes."""
    return Scalar(params.bits, np.asarray(state["ranges"], np.float32))
