"""Spearman's rank correlation, and the influence of a pair on it.

The influence of a pair (Croux and Dehon 2010, extended to ties) is the derivative of the correlation of the
mid-distribution values F(x) and G(y) with respect to the pair's weight. Beside F(x) G(y) it contains the
pair's effect on the ranks of all others, which fixed ranks ignore.
"""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.types import Doubles, Ints


def mid_ranks(x: Doubles) -> Doubles:
    """Return the ranks of ``x`` (n,) from 1, equal values sharing their mean rank.

    >>> mid_ranks(np.array([0.1, 0.5, 0.5, 0.9])).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    _, low, high = _ties(x)
    return np.asarray((low + high + 1) / 2, np.float64)


def standard_ranks(x: Doubles, where: str) -> Doubles:
    """Return mid-ranks scaled to mean 0 and variance 1; raise InputError where all values are equal."""
    ranks = mid_ranks(x)
    deviation = ranks.std()
    if deviation == 0:
        raise InputError(f"{where}: all {len(x)} values are equal, expected values that can be ranked")
    return np.asarray((ranks - ranks.mean()) / deviation, np.float64)


def influence(x: Doubles, y: Doubles) -> Doubles:
    """Return each pair's first-order influence on the Spearman of ``x`` and ``y`` (n,); the mean is 0."""
    f, g = ((mid_ranks(values) - 0.5) / len(values) for values in (x, y))
    after_x, after_y = _Above(x), _Above(y)
    covariance = (f * g).mean() - 0.25
    moved = f * g + after_x.mean(g) + after_y.mean(f) - 3 * (f * g).mean()
    spread_x, moved_x = _variance(f, after_x)
    spread_y, moved_y = _variance(g, after_y)
    spread = np.sqrt(spread_x * spread_y)
    influences: Doubles = moved / spread - covariance / spread / 2 * (moved_x / spread_x + moved_y / spread_y)
    return influences


def correlation(x: Doubles, y: Doubles) -> float:
    """Return the Spearman correlation of ``x`` and ``y`` (n,); NaN where one of them is constant.

    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 9.0]))
    1.0
    """
    a, b = (mid_ranks(values) - (len(values) + 1) / 2 for values in (x, y))
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return min(1.0, max(-1.0, float((a * b).sum()) / spread)) if spread > 0 else float("nan")


def _variance(f: Doubles, above: _Above) -> tuple[float, Doubles]:
    """Return the variance of mid-distribution values, and the first-order influence of each pair on it."""
    square = float((f * f).mean())
    return square - 0.25, f * f + 2 * above.mean(f) - 3 * square


class _Above:
    """For each value of ``x`` (n,), means over the items above it; ties count half."""

    def __init__(self, x: Doubles) -> None:
        self._order, self._low, self._high = _ties(x)

    def mean(self, values: Doubles) -> Doubles:
        """Return, for each item, the sum of ``values`` (n,) of items above it, over n."""
        sums = np.concatenate([[0.0], np.cumsum(values[self._order])])
        means: Doubles = (sums[-1] - (sums[self._low] + sums[self._high]) / 2) / len(values)
        return means


def _ties(x: Doubles) -> tuple[Ints, Ints, Ints]:
    """Return the sort order, and for each value the number of values below it, and below or equal to it."""
    order = np.argsort(x, kind="stable")
    ordered = x[order]
    return order, np.searchsorted(ordered, x, "left"), np.searchsorted(ordered, x, "right")
