"""Spearman's rank correlation in every resample, each ranked anew.

A resample says how often it draws each item. Sorted by value, the running sums of these counts are the ranks
in it: no resample is sorted. Counts and ranks are whole numbers in float32 and exact; sums of their products
are good to about 1e-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from harness.bootstrap import RESAMPLES, Weights
from harness.core import Doubles, Floats, Ints

_AT_ONCE = 100  # resamples at a time, so that they stay near the processor
_BLOCK = 64  # rows that are summed in turn: NumPy's own running sum down columns takes ten times as long


def correlations(
    series: Mapping[str, Doubles], pairs: Iterable[tuple[str, str]], drawn: Weights, members: Ints
) -> dict[tuple[str, str], Doubles]:
    """Return the correlation of each pair of series (n,) in each resample, (RESAMPLES,); NaN: it has none.

    ``drawn`` (RESAMPLES, units) uint8 says how often each unit is drawn, ``members`` (n,) int64 which unit an
    item goes with.
    """
    pairs = list(pairs)
    groups = {key: _Groups(series[key]) for key in dict.fromkeys(key for pair in pairs for key in pair)}
    found = {pair: np.empty(RESAMPLES) for pair in pairs}
    for start in range(0, RESAMPLES, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        counts = np.take(np.ascontiguousarray(drawn[some].T), members, axis=0).astype(np.float32)
        ranks = {key: group.ranks(counts) for key, group in groups.items()}
        weighted = {key: counts * centred for key, centred in ranks.items()}
        spread = {key: _products(weighted[key], ranks[key]) for key in ranks}
        for a, b in pairs:
            with np.errstate(divide="ignore", invalid="ignore"):
                found[a, b][some] = _products(weighted[a], ranks[b]) / np.sqrt(spread[a] * spread[b])
    return {pair: np.clip(values, -1, 1) for pair, values in found.items()}


def _products(a: Floats, b: Floats) -> Doubles:
    return np.asarray(np.einsum("nr,nr->r", a, b), np.float64)


class _Groups:
    """The items of one series (n,), in groups of equal values that are ordered by value."""

    def __init__(self, values: Doubles) -> None:
        self._order = np.argsort(values, kind="stable")
        ordered = values[self._order]
        first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        self._starts = np.flatnonzero(first)
        self._of = np.empty(len(values), np.int64)
        self._of[self._order] = np.cumsum(first) - 1

    def ranks(self, counts: Floats) -> Floats:
        """Return twice the mid-ranks in each resample less twice their mean, (n, r) float32.

        ``counts`` (n, r) float32 say how often a resample draws each item.
        """
        groups, resamples = len(self._starts), counts.shape[1]
        blocks = -(-(1 + groups) // _BLOCK)
        below = np.zeros((blocks, _BLOCK, resamples), np.float32)
        flat = below.reshape(-1, resamples)
        if groups == len(self._of):
            np.take(counts, self._order, axis=0, out=flat[1 : 1 + groups], mode="clip")
        else:
            ordered = np.take(counts, self._order, axis=0)
            np.add.reduceat(ordered, self._starts, axis=0, out=flat[1 : 1 + groups])
        _sum_up(below)
        # What is drawn below a group and what is drawn up to its end make twice the middle of its ranks.
        middle = flat[:groups] + flat[1 : 1 + groups]
        middle -= flat[groups]
        return np.take(middle, self._of, axis=0)


def _sum_up(rows: Floats) -> None:
    """Replace rows (blocks, _BLOCK, r) by their running sums, block after block."""
    for k in range(1, _BLOCK):
        np.add(rows[:, k], rows[:, k - 1], out=rows[:, k])
    before = np.zeros_like(rows[:, -1])
    np.cumsum(rows[:-1, -1], axis=0, out=before[1:])
    rows += before[:, None]
