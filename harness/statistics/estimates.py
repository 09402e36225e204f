"""Values with 95 % intervals, from a paired bootstrap of the units of ``harness.statistics.clusters``.

A resample draws as many units as there are, with replacement. The matrix of counts, how often each of
thousands of resamples draws each unit, is seeded by the name and size of a group of sets. All cells share it,
so that any two can be compared resample by resample. Means are one product of this matrix with the sums over
units. Spearman's rank correlation ranks every resample anew (``reranking``): a first-order form was off by up
to 13 % of an interval's width where few clusters hold many pairs.

Where rows are resampled, weights of pairs are not counts and cannot be ranked. There the influence of the
pairs moves the correlation (``spearman``), through Fisher's z, which keeps it skewed near 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.statistics import reranking, spearman
from harness.statistics.bootstrap import RESAMPLES, interval, weights
from harness.statistics.clusters import Sample
from harness.statistics.linear_resamples import Resampled, linear_resamples
from harness.statistics.requests import Estimates, Request, Series
from harness.types import Doubles, Mask

PerRequest = dict[tuple[str, Request], Estimates]


def points(series: Series, masks: Mapping[str, Mask], requests: Sequence[Request]) -> PerRequest:
    """Return the point estimate (1,) for each mask and request; NaN where there is none.

    ``series`` are (n,) float64, a value an item; ``masks`` (n,) bool select the items that count under each
    protocol. A request of two names is their Spearman correlation; a request of one name is its mean.
    """
    return {
        (protocol, request): np.array([_point([series[key][mask] for key in request])])
        for protocol, mask in masks.items()
        for request in requests
    }


def estimates(
    sample: Sample, series: Series, masks: Mapping[str, Mask], requests: Sequence[Request]
) -> PerRequest:
    """Return the point estimate and its resamples for each mask and request, of the items of ``sample``.

    A value is NaN where undefined: in a resample without an item that counts, or with only equal values.
    """
    at_points = points(series, masks, requests)
    # Protocols that keep the same items have the same estimates, which are computed once.
    same: dict[bytes, str] = {}
    for protocol, mask in masks.items():
        same.setdefault(mask.tobytes(), protocol)
    measured = {protocol: masks[protocol] for protocol in same.values()}
    by_rank = [request for request in requests if len(request) > 1 and not sample.by_rows]
    linear = [request for request in requests if request not in by_rank]
    point_values = {key: float(point[0]) for key, point in at_points.items()}
    resampled = linear_resamples(sample, series, measured, linear, point_values)
    resampled |= _ranked_anew(sample, series, measured, by_rank)
    return {
        (protocol, request): np.concatenate(
            [at_points[protocol, request], resampled[same[mask.tobytes()], request]]
        )
        for protocol, mask in masks.items()
        for request in requests
    }


def summary(values: Estimates) -> tuple[float, float, float, int]:
    """Return the point estimate, the percentile interval's ends, and the number of undefined resamples.

    Resamples of few items are biased where a correlation is near its bound: an interval that would miss the
    point is extended to it.
    """
    defined = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or len(defined) == 0:
        return float("nan"), float("nan"), float("nan"), RESAMPLES
    point, (low, high) = float(values[0]), interval(defined)
    return point, min(low, point), max(high, point), RESAMPLES - len(defined)


def _point(parts: Sequence[Doubles]) -> float:
    if len(parts[0]) == 0:
        return float("nan")
    return float(parts[0].mean()) if len(parts) == 1 else spearman.correlation(parts[0], parts[1])


def _ranked_anew(
    sample: Sample, series: Series, masks: Mapping[str, Mask], requests: Sequence[tuple[str, str]]
) -> Resampled:
    """Return the resamples (RESAMPLES,) of correlations of the items of clusters."""
    resampled: Resampled = {}
    for protocol, mask in masks.items() if requests else ():
        names = dict.fromkeys(key for request in requests for key in request)
        counted = {key: series[key][mask] for key in names}
        counts = weights(sample.group, sample.units)
        correlations = reranking.correlations(counted, requests, counts, sample.members[mask, 0])
        resampled |= {(protocol, request): values for request, values in correlations.items()}
    return resampled
