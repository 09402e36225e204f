"""Trellis-coded quantization (Marcellin and Fischer 1990), with bits by variance.

A dimension with k bits may take one of 2**k levels, and which these are depends on the bits of the dimensions
before it: on the last MEMORY bits, as in a convolutional code (bitshift trellis; Tseng et al. 2024, QTIP,
arXiv 2406.11235). A row's code is the path of least squared error, found by Viterbi's algorithm. So at equal
bits the levels lie closer together than those of a scalar quantizer. Levels are those for a normal variable,
trained on random normal numbers by Lloyd's iteration: of the training split only means and variances count,
and nothing else can be fitted too closely. Dimensions of small variance come first, because the first levels
have the least choice.

A bit divides a dimension's error by four, and goes where that lowers it most
(``harness/codecs/bit_allocation.py``). `principal-projection` before it makes variances unequal.
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
from harness.types import Bytes, Floats, Ints, Training

RANDOM = False
MOST = 5  # bits of a dimension
_ROWS = 512  # of which all paths are held at a time, so that they stay in the processor's cache
_TRAINING = (512, 64)  # random normal numbers that levels are trained on
_ROUNDS = 8  # of Lloyd's iteration


class Params(BaseModel, extra="forbid", frozen=True):
    """``bytes``: of a code; ``memory``: bits that choose a level, from 5 to 12: time doubles with each."""

    bytes: int = Field(ge=1)
    memory: int = Field(default=8, ge=MOST, le=12)


@dataclass(frozen=True, slots=True)
class Trellis:
    """``bits`` (D,) uint8, ``mean`` and ``spread`` (D,) float32, and the bits of ``memory``."""

    bits: Bytes
    mean: Floats
    spread: Floats
    memory: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes) uint8 of vectors (n, D) float32: the bits of the paths, packed."""
        order = self._order()
        scaled = ((x - self.mean) / self.spread)[:, order].astype(np.float32)
        bits = self.bits[order].tolist()
        errors = np.square(self.spread[order])
        parts = [
            _paths(scaled[start : start + _ROWS], bits, errors, self.memory)
            for start in range(0, len(x), _ROWS)
        ]
        return pack(np.concatenate(parts) & self._masks(), self._sizes())

    def decode(self, codes: Bytes) -> Floats:
        """Return the levels on the paths, (n, D) float32; the mean where a dimension has no bits."""
        symbols, state = unpack(codes, self._sizes()), np.zeros(len(codes), np.int64)
        scaled = np.zeros((len(codes), len(self.bits)), np.float32)
        for step, i in enumerate(self._order().tolist()):
            state = (state << int(self.bits[i]) | symbols[:, step]) & ((1 << self.memory) - 1)
            scaled[:, i] = normal_levels(int(self.bits[i]), self.memory)[state]
        return self.mean + scaled * self.spread

    def state(self) -> dict[str, NDArray[Any]]:
        """Return bits, means and spreads; levels follow from bits and memory."""
        return {"bits": self.bits, "mean": self.mean, "spread": self.spread}

    def _order(self) -> Ints:
        """Return the dimensions that have bits, those of the smallest variance first."""
        order = np.argsort(self.spread, kind="stable")
        return order[self.bits[order] > 0]

    def _masks(self) -> Ints:
        return np.array(self._sizes(), np.int64) - 1

    def _sizes(self) -> list[int]:
        return [1 << bits for bits in self.bits[self._order()].tolist()]


def fit(train: Training, params: Params, _seed: int) -> Trellis:
    """Return a quantizer for the means and variances of the training vectors.

    Raises InputError for more bits than dimensions can have.
    """
    total = 8 * params.bytes
    if total > MOST * train.dimension:
        raise InputError(
            f"trellis: found {params.bytes} bytes for {train.dimension} dimensions, "
            f"expected at most {MOST * train.dimension // 8}: a dimension has {MOST} bits at most"
        )
    mean = train.vectors.mean(axis=0, dtype=np.float64)
    spread = train.vectors.std(axis=0, dtype=np.float64)
    bits = shared_bits(spread**2, [0.25**bits for bits in range(MOST + 1)], total)
    spread[spread == 0] = 1  # a dimension that never varies: its level is the mean whatever it is divided by
    return Trellis(bits, mean.astype(np.float32), spread.astype(np.float32), params.memory)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Trellis:
    """Return the codec that ``state`` describes."""
    bits = stored_bits(state, MOST, 8 * params.bytes)
    mean, spread = (stored(state, key, len(bits)) for key in ("mean", "spread"))
    return Trellis(bits, mean, spread, params.memory)


@functools.cache
def normal_levels(bits: int, memory: int) -> Floats:
    """Return the level (2**memory,) float32 of each state, the last ``bits`` bits of which are the newest.

    They begin as quantiles of a normal variable, a random one in each of its 2**bits equal parts.
    """
    from scipy.special import ndtri

    rng = np.random.default_rng(0)
    states = np.arange(1 << memory)
    quantiles = ndtri((states % (1 << bits) + rng.uniform(0.02, 0.98, len(states))) / (1 << bits))
    levels: Floats = quantiles.astype(np.float32)
    sample = rng.standard_normal(_TRAINING).astype(np.float32)
    steps = [bits] * sample.shape[1]
    for _ in range(_ROUNDS):
        taken = _paths(sample, steps, np.ones(len(steps), np.float32), memory, levels).ravel()
        counts = np.bincount(taken, minlength=len(levels))
        sums = np.bincount(taken, sample.ravel(), minlength=len(levels))
        levels = ((sums + levels) / (counts + 1)).astype(np.float32)  # a state that none takes stays
    return levels


def _paths(x: Floats, bits: list[int], errors: Floats, memory: int, levels: Floats | None = None) -> Ints:
    """Return the states (n, steps) on the path of least squared error for each row of ``x`` (n, steps).

    ``errors`` (steps,) weighs the steps; ``levels`` (2**memory,) stands for the trained ones.
    """
    rows, states = len(x), 1 << memory
    cost = np.full((rows, states), np.inf, np.float32)
    cost[:, 0] = 0
    origins = []
    for step, width in enumerate(bits):
        own = normal_levels(width, memory) if levels is None else levels
        # A state's predecessors differ in the bits that leave the memory, which are its highest.
        before = cost.reshape(rows, 1 << width, -1)
        origin = before.argmin(axis=1)
        least = np.take_along_axis(before, origin[:, None], axis=1)[:, 0]
        origins.append(origin.astype(np.uint8))
        cost = np.square(x[:, step, None] - own)
        cost *= errors[step]
        cost.reshape(rows, -1, 1 << width)[...] += least[:, :, None]
    path = np.empty(x.shape, np.int64)
    state = cost.argmin(axis=1)
    for step in reversed(range(len(bits))):
        path[:, step] = state
        low = state >> bits[step]
        state = low | origins[step][np.arange(rows), low].astype(np.int64) << (memory - bits[step])
    return path
