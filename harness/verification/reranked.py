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
    weighted = {second: block.empty() for second in dict.fromkeys(second for _, second in pairs)}
    by_first: dict[int, list[int]] = {}
    for k, (first, _) in enumerate(pairs):
        by_first.setdefault(first, []).append(k)
    for start in range(0, RESAMPLES, step):
        some = slice(start, start + step)
        block.draw(unit_counts[members, some])
        spread: dict[int, Doubles] = {}
        for second, memory in weighted.items():
            ranks = block.ranks(orders[second])
            spread[second] = block.spread(ranks)
            np.multiply(block.counts, ranks, out=memory)
        for first, numbers in by_first.items():
            ranks = block.ranks(orders[first])
            own = spread[first] if first in spread else block.spread(ranks)
            for k in numbers:
                second = pairs[k][1]
                products = np.asarray(np.einsum("nr,nr->r", ranks, weighted[second]), np.float64)
                with np.errstate(divide="ignore", invalid="ignore"):
                    resampled[k, some] = products / np.sqrt(own * spread[second])
    return np.clip(resampled, -1, 1)


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
        self.counts: Floats = np.zeros((items, resamples), np.float32)
        self._ranks = self.empty()
        self._take_memory(np.dtype(np.int16))

    def _take_memory(self, kind: np.dtype[Any]) -> None:
        items, resamples = self.counts.shape
        width, lines = _table(items)
        self._total: Ints = np.zeros(resamples, kind)
        self._whole: Ints = np.zeros((1 + items, resamples), kind)
        self._sums: Ints = np.zeros((width * lines, resamples), kind)
        self._below: Ints = np.zeros((items, resamples), kind)
        self._up_to: Ints = np.zeros((items, resamples), kind)

    def empty(self) -> Floats:
        """Return memory for numbers (n, r) float32."""
        return np.zeros_like(self.counts)

    def draw(self, counts: Weights) -> None:
        """Take over how often each resample draws each item, (n, r)."""
        total = counts.sum(axis=0, dtype=np.int64)
        if int(total.max(initial=0)) > np.iinfo(self._total.dtype).max:
            self._take_memory(np.dtype(np.int32))
        self._total[:] = total
        self.counts[:] = counts
        self._whole[:-1] = counts

    def ranks(self, order: _Order) -> Floats:
        """Return twice the mid-ranks in each resample less twice their mean, (n, r) float32.

        The next call overwrites them.
        """
        sums = np.take(self._whole, order.places, axis=0, out=self._sums, mode="clip")
        table = sums.reshape(order.width, order.lines, -1)
        for k in range(1, order.width):
            np.add(table[k], table[k - 1], out=table[k])
        before = np.zeros_like(table[-1])
        np.cumsum(table[-1, :-1], axis=0, dtype=sums.dtype, out=before[1:])
        table += before
        ranks = np.take(sums, order.below, axis=0, out=self._below, mode="clip")
        ranks -= self._total  # first, so that the sum of the two cannot overflow
        ranks += np.take(sums, order.up_to, axis=0, out=self._up_to, mode="clip")
        np.copyto(self._ranks, ranks)
        return self._ranks

    def spread(self, ranks: Floats) -> Doubles:
        """Return the sum of the squares of the ranks (n, r) in each resample, (r,)."""
        return np.asarray(np.einsum("nr,nr,nr->r", self.counts, ranks, ranks), np.float64)
