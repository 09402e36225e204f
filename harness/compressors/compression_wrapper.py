"""The codes of mteb's CompressionWrapper (2.26), and what mteb compares: cosines of the codes themselves.

Integers: each dimension is divided into 2**bits - 1 steps between the minimum and maximum of the vectors of
one call of ``encode``; the code is the number of the step, less half of 2**bits where the type is signed.
Binary: 1 for a positive component, else 0. mteb keeps codes as floats; here they are packed.
``tests/compressors/test_default_tools.py`` compares every code with mteb's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.bit_fields import pack, unpack
from harness.codecs.calls import FittedOnCalls
from harness.codecs.state import stored, stored_count
from harness.types import Bytes, Floats, Training

RANDOM = False
BITS = {"int8": 8, "uint8": 8, "int4": 4, "uint4": 4}


class Params(BaseModel, extra="forbid", frozen=True):
    """``dtype``: mteb's output type, int8 by default. ``compare``: codes as mteb does, or decoded ones."""

    dtype: Literal["int8", "uint8", "int4", "uint4", "binary"] = "int8"
    compare: Literal["codes", "decoded"] = "codes"


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers of steps. ``ranges`` (2, D) float32: the minima and maxima, of the training split or a call."""

    params: Params
    ranges: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, ceil(D bits / 8)) uint8 of vectors (n, D) float32; values outside are clipped.

        mteb has none outside, and NaN for a dimension that never varies, which is 0 here.
        """
        numbers = np.floor((x - self.ranges[0]) / self._widths())
        return pack(np.clip(numbers, 0, self._most()).astype(np.uint8), BITS[self.params.dtype])

    def decode(self, codes: Bytes) -> Floats:
        """Return the codes as mteb has them, or the middles of their steps, (n, D) float32."""
        numbers = unpack(codes, BITS[self.params.dtype], self.ranges.shape[1]).astype(np.float32)
        if self.params.compare == "decoded":
            middles: Floats = self.ranges[0] + (numbers + np.float32(0.5)) * self._widths()
            return middles
        signed = not self.params.dtype.startswith("u")
        return numbers - np.float32((self._most() + 1) / 2) if signed else numbers

    def for_call(self, x: Floats, _side: int) -> Steps:
        """Return the codec with the ranges of the vectors ``x`` (n, D) of a call."""
        return replace(self, ranges=_ranges(x))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the ranges."""
        return {"ranges": self.ranges}

    def _most(self) -> int:
        return (1 << BITS[self.params.dtype]) - 1

    def _widths(self) -> Floats:
        widths = (self.ranges[1] - self.ranges[0]) / np.float32(self._most())
        return np.where(widths > 0, widths, np.float32(1))


@dataclass(frozen=True, slots=True)
class Bits:
    """A bit for each of ``dimension`` components: whether it is positive. Nothing is fitted."""

    params: Params
    dimension: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return bits (n, ceil(D / 8)) uint8 of vectors (n, D) float32."""
        return np.packbits(x > 0, axis=1)

    def decode(self, codes: Bytes) -> Floats:
        """Return 1 and 0 as mteb has them, or 1 and -1, (n, D) float32."""
        bits = np.unpackbits(codes, axis=1, count=self.dimension).astype(np.float32)
        return 2 * bits - 1 if self.params.compare == "decoded" else bits

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the number of dimensions."""
        return {"dimension": np.array([self.dimension], np.int64)}


Wrapped: TypeAlias = FittedOnCalls | Bits


def fit(train: Training, params: Params, _seed: int) -> Wrapped:
    """Return the codec with the ranges of the training split, as one call with it would have them."""
    if params.dtype == "binary":
        return Bits(params, train.dimension)
    return Steps(params, _ranges(train.vectors))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Wrapped:
    """Return the codec that ``state`` describes."""
    if params.dtype == "binary":
        return Bits(params, stored_count(state, "dimension"))
    return Steps(params, stored(state, "ranges", 2, None))


def _ranges(x: Floats) -> Floats:
    return np.stack([x.min(axis=0), x.max(axis=0)])
