"""Resamples of means, and of correlations where rows are resampled, from the contribution of each item.

The sums over the units that a resample draws give its mean exactly. Where rows are resampled, weights of
pairs are not counts and cannot be ranked: the influence of the pairs moves the correlation (``spearman``),
through Fisher's z, which keeps it skewed near 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.statistics import spearman
from harness.statistics.bootstrap import RESAMPLES, totals, weights
from harness.statistics.clusters import Sample
from harness.statistics.requests import Request, Series
from harness.types import Doubles, Mask

_RARE = 20  # a resample that misses more units has a probability below 1e-8 and is ignored
_CERTAIN = 1e-12  # a correlation nearer to 1 or -1 is the same in every resample

Points = Mapping[tuple[str, Request], float]
Resampled = dict[tuple[str, Request], Doubles]


def linear_resamples(
    sample: Sample,
    series: Series,
    masks: Mapping[str, Mask],
    requests: Sequence[Request],
    points: Points,
) -> Resampled:
    """Return the resamples (RESAMPLES,) of means, and of correlations where rows are resampled."""
    if not (masks and requests):
        return {}
    columns = [_columns(series, mask, requests, points, protocol) for protocol, mask in masks.items()]
    sums = _sums(sample, np.concatenate(columns, axis=1))
    resampled: Resampled = {}
    for (protocol, mask), part in zip(masks.items(), np.split(sums, len(masks), axis=1), strict=True):
        count = np.full(RESAMPLES, float(mask.sum())) if sample.by_rows else part[:, 0]
        for k, request in enumerate(requests, start=1):
            with np.errstate(divide="ignore", invalid="ignore"):
                moved = part[:, k] / count
            values = _resampled(points[protocol, request], moved, request)
            for key in request if len(request) > 1 else ():
                values[_constant(sample, series[key], mask)] = np.nan
            resampled[protocol, request] = values
    return resampled


def _columns(
    series: Series, mask: Mask, requests: Sequence[Request], points: Points, protocol: str
) -> Doubles:
    """Return (n, 1 + requests): which items count, then the centred contribution of each to a request."""
    columns = np.zeros((len(mask), 1 + len(requests)))
    columns[mask, 0] = 1
    for k, request in enumerate(requests, start=1):
        point = points[protocol, request]
        if not np.isfinite(point):
            continue
        parts = [series[key][mask] for key in request]
        columns[mask, k] = parts[0] - point if len(parts) == 1 else spearman.influence(parts[0], parts[1])
    return columns


def _resampled(point: float, moved: Doubles, request: Request) -> Doubles:
    """Return the resamples of a request, given the first-order change of its point."""
    if len(request) == 1:
        return point + moved
    rest = 1 - point**2
    if rest < _CERTAIN:
        return np.where(np.isfinite(moved), point, np.nan)
    resampled: Doubles = np.tanh(np.arctanh(point) + moved / rest)
    return resampled


def _sums(sample: Sample, columns: Doubles) -> Doubles:
    """Return (RESAMPLES, k): the sums of the columns (n, k) in each resample."""
    by_unit = np.zeros((sample.units, columns.shape[1]))
    for members in sample.members.T:
        np.add.at(by_unit, members, columns)
    return totals(sample.group, by_unit)


def _constant(sample: Sample, values: Doubles, mask: Mask) -> Mask:
    """Return the resamples (RESAMPLES,) in which all items that count have exactly one value."""
    constant = np.zeros(RESAMPLES, bool)
    counted = sample.members[mask]
    lowest, highest = np.full(sample.units, np.inf), np.full(sample.units, -np.inf)
    for members in counted.T:
        np.minimum.at(lowest, members, values[mask])
        np.maximum.at(highest, members, values[mask])
    there = np.isfinite(lowest)
    alone = lowest[there & (lowest == highest)]
    held, counts = np.unique(alone, return_counts=True)
    for value in held[there.sum() - counts <= _RARE]:
        others = np.flatnonzero(there & ((lowest != value) | (highest != value)))
        constant |= ~weights(sample.group, sample.units)[others].any(axis=0)
    return constant
