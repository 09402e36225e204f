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

    Sorted items, behind one that is never drawn, fill a table (groups, lines, width) row after row. Sums run
    over its transpose, which ``places`` gathers; ``below`` and ``up_to`` are where, in the transpose, the
    last item below each item stands, and the last one up to it.
    """

    def __init__(self, values: Doubles) -> None:
        items = len(values)
        order = np.argsort(values, kind="stable")
        shape = _table(items)
        table = np.full(math.prod(shape), items)  # the item that is never drawn
        table[1 : 1 + items] = order
        self.places = table.reshape(shape[::-1]).T.ravel()
        transposed = np.arange(len(table)).reshape(shape).T.ravel()
        ordered = values[order]
        firsts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        ends = np.append(firsts[1:], items)
        self.below, self.up_to = np.empty((2, items), np.int64)
        self.below[order] = np.repeat(transposed[firsts], ends - firsts)
        self.up_to[order] = np.repeat(transposed[ends], ends - firsts)


def _table(items: int) -> tuple[int, int, int]:
    """Return width, lines and groups of the table of so many items and one more."""
    side = math.ceil((1 + items) ** (1 / 3))
    return side, side, -(-(1 + items) // side**2)


def _sum_up(rows: Ints) -> None:
    """Replace rows by their running sums: along them, as sums down the columns take ten times as long."""
    flat = list(rows.reshape(len(rows), -1))
    for row, previous in zip(flat[1:], flat, strict=False):
        np.add(row, previous, out=row)


class _Block:
    """Some resamples of n items, and the memory that ranks are computed in: taken anew it costs most."""

    def __init__(self, items: int, resamples: int) -> None:
        self.counts: Floats = np.zeros((items, resamples), np.float32)
        self._ranks = self.empty()
        self._take_memory(np.dtype(np.int16))

    def _take_memory(self, kind: np.dtype[Any]) -> None:
        items, resamples = self.counts.shape
        shape = _table(items)
        self._twice: Ints = np.zeros((1 + items, resamples), kind)
        self._table: Ints = np.zeros((*shape, resamples), kind)
        self._before: Ints = np.zeros((*shape[1:], resamples), kind)
        self._start: Ints = np.zeros((shape[2], resamples), kind)
        self._below: Ints = np.zeros((items, resamples), kind)
        self._up_to: Ints = np.zeros((items, resamples), kind)

    def empty(self) -> Floats:
        """Return memory for numbers (n, r) float32."""
        return np.zeros_like(self.counts)

    def draw(self, counts: Weights) -> None:
        """Take over how often each resample draws each item, (n, r)."""
        total = counts.sum(axis=0, dtype=np.int64)
        if 2 * int(total.max(initial=0)) > np.iinfo(self._twice.dtype).max:
            self._take_memory(np.dtype(np.int32))
        self._start[0] = -total
        self.counts[:] = counts
        np.multiply(counts, 2, out=self._twice[:-1], dtype=self._twice.dtype)

    def ranks(self, order: _Order) -> Floats:
        """Return four times the mid-ranks in each resample less four times their mean, (n, r) float32.

        Twice the counts are summed up from the negative total on: no pass takes the mean off, and no sum is
        above twice the total. The next call overwrites the ranks.
        """
        table, before, start = self._table, self._before, self._start
        sums = table.reshape(-1, table.shape[-1])
        np.take(self._twice, order.places, axis=0, out=sums, mode="clip")
        _sum_up(table)
        before[0] = 0
        before[1:] = table[-1, :-1]
        _sum_up(before)
        totals = before[-1, :-1] + table[-1, -1, :-1]
        np.cumsum(totals, axis=0, dtype=start.dtype, out=start[1:])
        start[1:] += start[0]
        before += start
        table += before
        ranks = np.take(sums, order.below, axis=0, out=self._below, mode="clip")
        ranks += np.take(sums, order.up_to, axis=0, out=self._up_to, mode="clip")
        np.copyto(self._ranks, ranks)
        return self._ranks

    def spread(self, ranks: Floats) -> Doubles:
        """Return the sum of the squares of the ranks (n, r) in each resample, (r,)."""
        return np.asarray(np.einsum("nr,nr,nr->r", self.counts, ranks, ranks), np.float64)
