"""The lower tail of what queries score, beside the mean: 5th percentile, share of lost queries, lowest score.

For every metric that is a mean over queries, from the scores that a cell keeps of each. Over seeds as means
are (``seed_means``): the percentile is taken of each seed's queries and then averaged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.evaluation.metric import needed, plugin
from harness.evaluation.panel import Panel
from harness.evaluation.sampled_rows import MINIMUM
from harness.numerics.rounding import rounded
from harness.statistics import estimates
from harness.statistics.percentiles import percentile, share
from harness.statistics.requests import Estimates
from harness.types import Doubles

PER_CENT = 5
_NOT_QUERIES = ("pairs", "random-pairs")


def tails(
    seeds: Sequence[Mapping[str, Panel]], metrics: Sequence[tuple[str, Sequence[str]]], shares: Doubles
) -> list[dict[str, Any]]:
    """Return the tails of a group of cells, as JSON: one a protocol, data set and metric.

    ``seeds``: the panels of each cell by data set; ``metrics``: of each data set; ``shares`` (1 + RESAMPLES,
    cells): the share of each cell in the mean of each resample, the point first.
    """
    return [
        _tail([panels[name] for panels in seeds], protocol, name, metric, shares)
        for name, listed in metrics
        for metric in listed
        if of_queries(metric)
        for protocol in _protocols(seeds[0][name], metric)
    ]


def of_queries(metric: str) -> bool:
    """Return whether a metric is the mean of one score a query, and not success@k: its mean says all."""
    requests = needed(metric)
    one = plugin(metric).ITEMS not in _NOT_QUERIES and len(requests) == len(requests[0]) == 1
    return one and "success@" not in requests[0][0]


def _protocols(panel: Panel, metric: str) -> Iterator[str]:
    """Yield the protocols that keep enough queries for a value."""
    for protocol, mask in panel.masks[plugin(metric).ITEMS].items():
        if mask.sum() >= MINIMUM:
            yield protocol


def _tail(panels: Sequence[Panel], protocol: str, name: str, metric: str, shares: Doubles) -> dict[str, Any]:
    items, series = plugin(metric).ITEMS, needed(metric)[0][0]
    percentiles: list[Estimates] = []
    lost: list[Estimates] = []
    lowest: list[float] = []
    for panel in panels:
        scores, mask, sample = panel.series[items][series], panel.masks[items][protocol], panel.samples[items]
        percentiles.append(percentile(sample, scores, mask, PER_CENT))
        lost.append(share(sample, scores == 0, mask))
        lowest.append(float(scores[mask].min()))
    value, low, high = _summary(np.stack(percentiles, axis=1), shares)
    lost_value, lost_low, lost_high = _summary(np.stack(lost, axis=1), shares)
    return {
        "protocol": protocol,
        "dataset": name,
        "metric": metric,
        "percentile": value,
        "low": low,
        "high": high,
        "lost": lost_value,
        "lost_low": lost_low,
        "lost_high": lost_high,
        "lowest": rounded(min(lowest)),
        "n": int(panels[0].masks[items][protocol].sum()),
    }


def _summary(of_seeds: Doubles, shares: Doubles) -> tuple[float, float, float]:
    """Return the mean over seeds of estimates (1 + RESAMPLES, seeds), and the ends of its interval."""
    value, low, high, _ = estimates.summary((shares * of_seeds).sum(axis=1))
    return rounded(value), rounded(low), rounded(high)
