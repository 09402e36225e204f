"""Estimates with intervals of what an audit measures: means over queries, correlations and quotients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.evidence.schema.audit_frontier import MetricValue
from harness.statistics.clusters import Sample
from harness.statistics.estimates import estimates, summary
from harness.statistics.requests import Estimates, Request
from harness.types import Doubles

_ALL = "all"
Resamples = Mapping[str, Estimates]  # metric -> point and resamples (1 + RESAMPLES,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric as the estimate of a request, or as a quotient of two."""

    metric: str
    request: Request
    over: Request | None = None


def resampled(sample: Sample, series: Mapping[str, Doubles], wanted: Sequence[Wanted]) -> Resamples:
    """Return the metrics of ``series``, each (n,), with resamples of the units of ``sample``.

    A quotient is resampled as a whole. What is undefined, such as the correlation of equal values, is NaN.
    """
    every = {_ALL: np.ones(len(next(iter(series.values()))), bool)}
    requests = [request for each in wanted for request in (each.request, each.over) if request is not None]
    estimated = estimates(sample, series, every, list(dict.fromkeys(requests)))
    metrics = {}
    for each in wanted:
        metrics[each.metric] = estimated[_ALL, each.request]
        if each.over is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                metrics[each.metric] = metrics[each.metric] / estimated[_ALL, each.over]
    return metrics


def means(sample: Sample, series: Mapping[str, Doubles]) -> Resamples:
    """Return the mean of each of the ``series`` (n,) with resamples, by the name of the series."""
    return resampled(sample, series, [Wanted(name, (name,)) for name in series])


def stated(metric: str, estimate: Estimates, count: int) -> MetricValue | None:
    """Return the value of a point and its resamples, to 6 digits, of ``count`` items; None if undefined."""
    point, low, high, _ = summary(estimate)
    if not np.isfinite([point, low, high]).all():
        return None
    value = round(point, 6)
    return MetricValue(
        metric=metric,
        value=value,
        low=min(round(low, 6), value),
        high=max(round(high, 6), value),
        n=count,
    )
