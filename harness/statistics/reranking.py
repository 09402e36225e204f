"""Spearman's rank correlation of every resample, each ranked anew.

A resample is a count for each item. With the items sorted by value once, the running sums of these counts are
the ranks: no resample is sorted. Counts and ranks are exact integers; the sums of their products are float32,
accurate to about 1e-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from harness.statistics.bootstrap import RESAMPLES, Weights
from harness.types import Doubles, Floats, Ints

Sums = np.ndarray[tuple[int, int, int], np.dtype[np.unsignedinteger[Any]]]
_UINT16 = 1 << 16
_AT_ONCE = 200  # resamples at a time, so that they fit the cache
_BLOCK = 64  # rows summed one after another: NumPy's cumsum down columns takes ten times as long


def correlations(
    series: Mapping[str, Doubles], pairs: Iterable[tuple[str, str]], unit_counts: Weights, members: Ints
) -> dict[tuple[str, str], Doubles]:
    """Return the correlation of each pair of series (n,) in each resample, (RESAMPLES,); NaN where undefined.

    ``unit_counts`` (units, RESAMPLES) uint8: how often each resample draws each unit; ``members`` (n,) int64:
    the unit of each item.
    """
    pairs = list(pairs)
    orders = {key: _Order(series[key]) for key in dict.fromkeys(key for pair in pairs for key in pair)}
    resampled = {pair: np.empty(RESAMPLES) for pair in pairs}
    for start in range(0, RESAMPLES, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        counts = unit_counts[members, some]
        ranks = {key: order.ranks(counts) for key, order in orders.items()}
        weighted = {key: counts * centred for key, centred in ranks.items()}
        spread = {key: _products(weighted[key], ranks[key]) for key in ranks}
        for a, b in pairs:
            with np.errstate(divide="ignore", invalid="ignore"):
                resampled[a, b][some] = _products(weighted[a], ranks[b]) / np.sqrt(spread[a] * spread[b])
    return {pair: np.clip(values, -1, 1) for pair, values in resampled.items()}


def _products(a: Floats, b: Floats) -> Doubles:
    return np.asarray(np.einsum("nr,nr->r", a, b), np.float64)


class _Order:
    """The items of one series (n,) by value, and where each group of equal values begins and ends."""

    def __init__(self, values: Doubles) -> None:
        self._order = np.argsort(values, kind="stable")
        ordered = values[self._order]
        self._below = np.searchsorted(ordered, values, "left")
        self._up_to = np.searchsorted(ordered, values, "right")

    def ranks(self, counts: Weights) -> Floats:
        """Return twice the mid-ranks in each resample less twice their mean, (n, r) float32.

        ``counts`` (n, r) uint8 say how often a resample draws each item.
        """
        items, resamples = counts.shape
        total = counts.sum(axis=0, dtype=np.uint32)
        kind = np.uint16 if 2 * total.max(initial=0) < _UINT16 else np.uint32
        sums = np.zeros((-(-(1 + items) // _BLOCK), _BLOCK, resamples), kind)
        flat = sums.reshape(-1, resamples)
        flat[1 : 1 + items] = np.take(counts, self._order, axis=0)
        _sum_up(sums)
        # The counts below a value and up to it add up to twice its mid-rank.
        middle = np.take(flat, self._below, axis=0)
        middle += np.take(flat, self._up_to, axis=0)
        ranks = middle.astype(np.float32)
        ranks -= total.astype(np.float32)
        return ranks


def _sum_up(rows: Sums) -> None:
    """Replace rows (blocks, _BLOCK, r) by their running sums, block after block."""
    for k in range(1, _BLOCK):
        np.add(rows[:, k], rows[:, k - 1], out=rows[:, k])
    before = np.zeros_like(rows[:, -1])
    np.cumsum(rows[:-1, -1], axis=0, dtype=rows.dtype, out=before[1:])
    rows += before[:, None]
