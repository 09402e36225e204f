"""Scalar quantization with bits by variance: dimensions that vary more get more bits, others none.

Bits go one at a time to the dimension whose expected squared error falls most
(``harness/codecs/bit_allocation.py``). The levels of a dimension are those of the quantizer of least squared
error for a normal variable (Lloyd 1982; Max 1960), scaled to its mean and standard deviation. `pca` before
it makes the variances as unequal as they can be.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.bit_allocation import shared_bits, stored_bits
from harness.codecs.bitpacking import pack, unpack
from harness.codecs.state import stored
from harness.errors import InputError
from harness.types import Bytes, Doubles, Floats, Ints, Training

RANDOM = False
MOST = 8  # bits of a dimension
_ROUNDS = 200  # of Lloyd's iteration, from levels that are nearly the best


class Params(BaseModel, extra="forbid", frozen=True):
    """``bytes``: of a code; eight times as many bits are shared among the dimensions."""

    bytes: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class VarianceBits:
    """``bits`` (D,) uint8 of each dimension, and its ``mean`` and ``spread`` (D,) float32."""

    bits: Bytes
    mean: Floats
    spread: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes) uint8 of vectors (n, D) float32: the levels' numbers, packed."""
        scaled = (x - self.mean) / self.spread
        symbols = np.zeros(x.shape, np.int64)
        for bits, dims in self._groups():
            levels = normal_levels(bits)
            symbols[:, dims] = np.searchsorted((levels[1:] + levels[:-1]) / 2, scaled[:, dims])
        return pack(symbols[:, self.bits > 0], self._sizes())

    def decode(self, codes: Bytes) -> Floats:
        """Return the levels behind ``codes``, (n, D) float32; the mean where a dimension has no bits."""
        symbols = unpack(codes, self._sizes())
        scaled = np.zeros((len(codes), len(self.bits)), np.float32)
        coded = np.cumsum(self.bits > 0) - 1
        for bits, dims in self._groups():
            scaled[:, dims] = normal_levels(bits).astype(np.float32)[symbols[:, coded[dims]]]
        return self.mean + scaled * self.spread

    def state(self) -> dict[str, NDArray[Any]]:
        """Return bits, means and spreads."""
        return {"bits": self.bits, "mean": self.mean, "spread": self.spread}

    def _groups(self) -> list[tuple[int, Ints]]:
        """Return the dimensions of each number of bits above 0."""
        used = (bits for bits in range(1, MOST + 1) if (self.bits == bits).any())
        return [(bits, np.flatnonzero(self.bits == bits)) for bits in used]

    def _sizes(self) -> list[int]:
        return [1 << bits for bits in self.bits.tolist() if bits]


def fit(train: Training, params: Params, _seed: int) -> VarianceBits:
    """Return a quantizer for the means and variances of the training vectors.

    Raises InputError for more bytes than dimensions: a dimension has 8 bits at most.
    """
    if params.bytes > train.dimension:
        raise InputError(
            f"variance-bits: found {params.bytes} bytes for {train.dimension} dimensions, "
            f"expected at most {train.dimension}: a dimension has {MOST} bits at most"
        )
    mean = train.vectors.mean(axis=0, dtype=np.float64)
    spread = train.vectors.std(axis=0, dtype=np.float64)
    bits = shared_bits(spread**2, normal_errors(), 8 * params.bytes)
    spread[spread == 0] = 1  # a dimension that never varies: its level is the mean whatever it is divided by
    return VarianceBits(bits, mean.astype(np.float32), spread.astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> VarianceBits:
    """Return the codec that ``state`` describes."""
    bits = stored_bits(state, MOST, 8 * params.bytes)
    mean, spread = (stored(state, key, len(bits)) for key in ("mean", "spread"))
    return VarianceBits(bits, mean, spread)


@functools.cache
def normal_levels(bits: int) -> Doubles:
    """Return the 2**bits levels of least squared error for a standard normal variable, in order."""
    from scipy.special import ndtri

    count = 1 << bits
    # Panter and Dite (1951): the best levels, when they are many, follow the cube root of the density.
    levels: Doubles = np.sqrt(3.0) * ndtri((np.arange(count) + 0.5) / count)
    for _ in range(_ROUNDS):
        _, share, mass = _cells(levels)
        levels = mass / share
    return levels


@functools.cache
def normal_errors() -> tuple[float, ...]:
    """Return the mean squared error of 0 to MOST bits for a standard normal variable."""
    errors = [1.0]
    for bits in range(1, MOST + 1):
        levels, share, _ = _cells(normal_levels(bits))
        errors.append(1 - float((levels**2 * share).sum()))
    return tuple(errors)


def _cells(levels: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Return the levels, and the probability and first moment of the cell of each."""
    from scipy.special import ndtr

    edges = np.concatenate([[-np.inf], (levels[1:] + levels[:-1]) / 2, [np.inf]])
    density = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    return levels, np.diff(ndtr(edges)), density[:-1] - density[1:]
