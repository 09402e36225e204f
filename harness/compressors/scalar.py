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

from harness.types import Bytes, Floats, Training

RANDOM = False
AS_FAISS = 4  # bits from which the cells are those of faiss


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
        position = np.divide(x - low, width, out=np.zeros(x.shape, np.float32), where=width > 0)
        cell = (position.clip(0, 1) * np.float32(self._cells())).astype(np.uint8)
        return _pack(cell.clip(max=(1 << self.bits) - 1), self.bits)

    def decode(self, codes: Bytes) -> Floats:
        """Return the middle of each code's cell, (n, D) float32."""
        low, width = np.split(self.ranges, 2)
        middle = (_unpack(codes, self.bits, len(low)) + np.float32(0.5)) / np.float32(self._cells())
        return low + middle * width

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


def _pack(cells: Bytes, bits: int) -> Bytes:
    """Return numbers (n, D) of ``bits`` bits each as one stream a row, lowest bit first, as faiss does."""
    if bits == 8:  # noqa: PLR2004 - a byte each already
        return cells
    each = np.unpackbits(cells[:, :, None], axis=2, count=bits, bitorder="little")
    return np.packbits(each.reshape(len(cells), -1), axis=1, bitorder="little")


def _unpack(codes: Bytes, bits: int, dimension: int) -> Bytes:
    """Return the numbers (n, D) behind ``codes``; the inverse of ``_pack``."""
    if bits == 8:  # noqa: PLR2004 - a byte each already
        return codes
    stream = np.unpackbits(codes, axis=1, count=dimension * bits, bitorder="little")
    return np.packbits(stream.reshape(-1, dimension, bits), axis=2, bitorder="little")[:, :, 0]
