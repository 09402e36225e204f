"""Percentiles of values an item, point and resamples, from a bootstrap of the items.

A percentile is the least value that at least so many per cent of the items do not exceed (the inverse of the
empirical distribution function; definition 1 of Hyndman and Fan 1996): a value that some item has. Resampled
by Efron's (1979) bootstrap. A minimum has no such interval: no resample is below it.
"""

from __future__ import annotations

import numpy as np

from harness.statistics.bootstrap import weights
from harness.statistics.clusters import Sample
from harness.statistics.requests import Estimates
from harness.types import Doubles, Mask

_SPARE = 3  # times the items that the percentile needs without resampling


def percentile(sample: Sample, values: Doubles, mask: Mask, per_cent: int) -> Estimates:
    """Return a percentile of the ``values`` (n,) of the items in ``mask`` (n,), (1 + RESAMPLES,).

    The items of ``sample`` are units of their own. NaN in a resample without an item that counts.

    >>> from harness.statistics.clusters import independent
    >>> ten = np.arange(10.0)
    >>> float(percentile(independent("ten", 10), ten, ten >= 0, 20)[0])
    1.0
    """
    order = np.flatnonzero(mask)[np.argsort(values[mask], kind="stable")]
    drawn, unit = weights(sample.group, sample.units), sample.members[:, 0]
    total = np.concatenate([[len(order)], drawn[unit[order]].sum(axis=0, dtype=np.int64)])
    count = _SPARE * (1 + per_cent * len(order) // 100)
    while True:  # of the lowest alone: in nearly every resample the percentile is among them
        counts = drawn[unit[order[:count]]]
        reached = np.cumsum(np.insert(counts, 0, 1, axis=1), axis=0, dtype=np.int64)
        enough = 100 * reached >= per_cent * total
        if count >= len(order) or enough[-1].all():
            break
        count *= 2
    least: Doubles = values[order[enough.argmax(axis=0)]]
    return np.where(total > 0, least, np.nan)


def share(sample: Sample, counted: Mask, mask: Mask) -> Estimates:
    """Return the share of the items in ``mask`` (n,) that are ``counted`` (n,) too, (1 + RESAMPLES,)."""
    drawn = weights(sample.group, sample.units)[sample.members[mask, 0]]
    ones = np.concatenate([np.ones((int(mask.sum()), 1), drawn.dtype), drawn], axis=1)
    with np.errstate(invalid="ignore"):
        shares: Doubles = ones[counted[mask]].sum(axis=0, dtype=np.int64) / ones.sum(axis=0, dtype=np.int64)
    return shares
