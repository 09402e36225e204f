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
_CACHED = 300_000  # numbers of a block, so that a few arrays of them fit the cache
_FEWEST, _MOST = 100, 1_000  # resamples at a time


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
    step = min(_MOST, max(_FEWEST, _CACHED // max(1, len(members))))
    orders = [_Order(values) for values in series]
    partners: dict[int, list[int]] = {}
    for k, (first, _) in enumerate(pairs):
        partners.setdefault(first, []).append(k)
    for start in range(0, RESAMPLES, step):
        some = slice(start, start + step)
        resampled[:, some] = _block(orders, pairs, partners, unit_counts[members, some])
    return np.clip(resampled, -1, 1)


def _block(
    orders: Sequence[_Order], pairs: Sequence[Pair], partners: dict[int, list[int]], counts: Weights
) -> Doubles:
    resamples = _Resamples(counts)
    held = {
        second: resamples.ranks(orders[second], resamples.empty())
        for second in {second for _, second in pairs}
    }
    spread = {second: _products(resamples.weighted(ranks), ranks) for second, ranks in held.items()}
    correlated, memory = np.empty((len(pairs), counts.shape[1])), resamples.empty()
    for first, numbers in partners.items():
        ranks = held[first] if first in held else resamples.ranks(orders[first], memory)
        weighted = resamples.weighted(ranks)
        own = spread[first] if first in spread else _products(weighted, ranks)
        for k in numbers:
            second = pairs[k][1]
            with np.errstate(divide="ignore", invalid="ignore"):
                correlated[k] = _products(weighted, held[second]) / np.sqrt(own * spread[second])
    return correlated


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
        self.width = math.isqrt(items) + 1
        self.lines = -(-(1 + items) // self.width)
        table = np.full(self.lines * self.width, items)  # the item that is never drawn
        table[1 : 1 + items] = order
        self.places = table.reshape(self.lines, self.width).T.ravel()
        self.below = self._transposed(np.searchsorted(ordered, values, "left"))
        self.up_to = self._transposed(np.searchsorted(ordered, values, "right"))

    def _transposed(self, positions: Ints) -> Ints:
        return positions % self.width * self.lines + positions // self.width


class _Resamples:
    """The counts (n, r) of some resamples, and the memory that ranks are computed in, taken once."""

    def __init__(self, counts: Weights) -> None:
        items, resamples = counts.shape
        total = counts.sum(axis=0, dtype=np.uint32)
        kind = np.uint16 if 2 * int(total.max(initial=0)) < _UINT16 else np.uint32
        self.counts: Floats = counts.astype(np.float32)
        self._total = total.astype(np.float32)
        self._whole: Counts = np.zeros((1 + items, resamples), kind)
        self._whole[:items] = counts
        width = math.isqrt(items) + 1
        self._sums: Counts = np.empty((-(-(1 + items) // width) * width, resamples), kind)
        self._below: Counts = np.empty((items, resamples), kind)
        self._up_to: Counts = np.empty((items, resamples), kind)
        self._weighted: Floats = np.empty((items, resamples), np.float32)

    def empty(self) -> Floats:
        """Return memory for ranks (n, r) float32."""
        return np.empty_like(self.counts)

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
        return np.multiply(self.counts, ranks, out=self._weighted)
