"""Spearman's correlation of every resample, for many series at once: bit by bit that of ``reranking``.

Series that many cells share (human scores, cosines before compression) are ranked once. Ranks and counts are
exact integers, and products are summed in the order of the items: no number is another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.statistics.bootstrap import RESAMPLES, Weights
from harness.types import Doubles, Floats, Ints

Pair = tuple[int, int]
Counts = np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]
_UINT16 = 1 << 16
_CACHED = 300_000  # numbers of an array, so that a few fit the cache
_AT_ONCE = (500, 250, 200, 125, 100)  # resamples: parts of RESAMPLES, so that memory is taken once


def correlations(
    series: Sequence[Doubles], pairs: Sequence[Pair], unit_counts: Weights, members: Ints
) -> Doubles:
    """Return the correlation of each pair of series (n,) in each resample, (pairs, RESAMPLES).

    ``pairs`` are positions in ``series``. ``unit_counts`` (units, RESAMPLES) uint8: how often each resample
    draws each unit; ``members`` (n,): the unit of each item. NaN where undefined.
    """
    resampled = np.empty((len(pairs), RESAMPLES))
    if not pairs:
        return resampled
    step = next((size for size in _AT_ONCE if size * len(members) <= _CACHED), _AT_ONCE[-1])
    orders = [_Order(values) for values in series]
    block = _Block(len(members), step)
    seconds = {second: block.empty() for second in dict.fromkeys(second for _, second in pairs)}
    by_first: dict[int, list[int]] = {}
    for k, (first, _) in enumerate(pairs):
        by_first.setdefault(first, []).append(k)
    own = block.empty()
    for start in range(0, RESAMPLES, step):
        some = slice(start, start + step)
        block.draw(unit_counts[members, some])
        for second, memory in seconds.items():
            block.ranks(orders[second], memory)
        spread = {second: _products(block.weighted(ranks), ranks) for second, ranks in seconds.items()}
        for first, numbers in by_first.items():
            ranks = seconds[first] if first in seconds else block.ranks(orders[first], own)
            weighted = block.weighted(ranks)
            if first not in seconds:
                spread[first] = _products(weighted, ranks)
            for k in numbers:
                second = pairs[k][1]
                with np.errstate(divide="ignore", invalid="ignore"):
                    divisor = np.sqrt(spread[first] * spread[second])
                    resampled[k, some] = _products(weighted, seconds[second]) / divisor
    return np.clip(resampled, -1, 1)


def _products(a: Floats, b: Floats) -> Doubles:
    return np.asarray(np.einsum("nr,nr->r", a, b), np.float64)


class _Order:
    """The items of one series (n,) by value, laid out for running sums.

    Sorted items, behind one that is never drawn, fill a table (lines, width) row after row. Sums run over the
    rows of its transpose, which ``places`` gathers; ``below`` and ``up_to`` are where, in the transpose, the
    last item below each item stands, and the last one up to it.
    """

    def __init__(self, values: Doubles) -> None:
        items = len(values)
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        self.width, self.lines = _table(items)
        table = np.full(self.lines * self.width, items)  # the item that is never drawn
        table[1 : 1 + items] = order
        self.places = table.reshape(self.lines, self.width).T.ravel()
        self.below = self._transposed(np.searchsorted(ordered, values, "left"))
        self.up_to = self._transposed(np.searchsorted(ordered, values, "right"))

    def _transposed(self, positions: Ints) -> Ints:
        return positions % self.width * self.lines + positions // self.width


def _table(items: int) -> tuple[int, int]:
    """Return width and lines of the table of so many items and one more."""
    width = math.isqrt(items) + 1
    return width, -(-(1 + items) // width)


class _Block:
    """Some resamples of n items, and the memory that ranks are computed in: taken anew it costs most."""

    def __init__(self, items: int, resamples: int) -> None:
        self._counts: Floats = np.zeros((items, resamples), np.float32)
        self._weighted: Floats = np.zeros((items, resamples), np.float32)
        self._total: Floats = np.zeros(resamples, np.float32)
        self._take_memory(np.dtype(np.uint16))

    def _take_memory(self, kind: np.dtype[Any]) -> None:
        items, resamples = self._counts.shape
        width, lines = _table(items)
        self._whole: Counts = np.zeros((1 + items, resamples), kind)
        self._sums: Counts = np.zeros((width * lines, resamples), kind)
        self._below: Counts = np.zeros((items, resamples), kind)
        self._up_to: Counts = np.zeros((items, resamples), kind)

    def empty(self) -> Floats:
        """Return memory for ranks (n, r) float32."""
        return np.zeros_like(self._counts)

    def draw(self, counts: Weights) -> None:
        """Take over how often each resample draws each item, (n, r)."""
        total = counts.sum(axis=0, dtype=np.uint32)
        if 2 * int(total.max(initial=0)) >= _UINT16 and self._whole.dtype == np.uint16:
            self._take_memory(np.dtype(np.uint32))
        np.copyto(self._total, total)
        np.copyto(self._counts, counts)
        np.copyto(self._whole[:-1], counts)

    def ranks(self, order: _Order, ranks: Floats) -> Floats:
        """Return ``ranks`` (n, r) float32 with twice the mid-ranks in each resample less twice their mean."""
        sums = np.take(self._whole, order.places, axis=0, out=self._sums, mode="clip")
        table = sums.reshape(order.width, order.lines, -1)
        for k in range(1, order.width):
            np.add(table[k], table[k - 1], out=table[k])
        before = np.zeros_like(table[-1])
        np.cumsum(table[-1, :-1], axis=0, dtype=sums.dtype, out=before[1:])
        table += before
        below = np.take(sums, order.below, axis=0, out=self._below, mode="clip")
        below += np.take(sums, order.up_to, axis=0, out=self._up_to, mode="clip")
        np.copyto(ranks, below)
        ranks -= self._total
        return ranks

    def weighted(self, ranks: Floats) -> Floats:
        """Return the ranks times their counts, in memory that the next call overwrites."""
        return np.multiply(self._counts, ranks, out=self._weighted)
