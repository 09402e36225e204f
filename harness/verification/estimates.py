"""Estimates of many cells together: points, resamples and metrics, in the same digits as one by one.

``harness.statistics.estimates`` computes a cell alone. Cells of one encoder and training split have items,
masks, resamples, human scores and cosines before compression in common; here these are ranked once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.errors import InputError
from harness.evaluation.metric import needed, plugin
from harness.evaluation.panel import Panel
from harness.evaluation.sampled_rows import MINIMUM
from harness.evaluation.values import Estimated
from harness.statistics.bootstrap import weights
from harness.statistics.clusters import Sample
from harness.statistics.linear_resamples import linear_resamples
from harness.statistics.requests import Estimates, Request, Series
from harness.statistics.spearman import mid_ranks
from harness.types import Doubles, Mask
from harness.verification import reranked

PerRequest = dict[tuple[str, Request], Estimates]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cell measures of a set's items of one kind."""

    panel: Panel
    items: str
    metrics: tuple[str, ...]

    @property
    def series(self) -> Series:
        """Return the values of the items."""
        return self.panel.series[self.items]

    @property
    def requests(self) -> list[Request]:
        """Return the estimates that the metrics are computed from, each once."""
        return list(dict.fromkeys(request for metric in self.metrics for request in needed(metric)))

    def masks(self) -> dict[str, Mask]:
        """Return the protocols that keep enough items, with what they keep."""
        masks = self.panel.masks[self.items]
        return {key: mask for key, mask in masks.items() if mask.sum() >= MINIMUM}


def parts_of(panel: Panel, metrics: Iterable[str]) -> list[Part]:
    """Return what metrics need of a panel, by kind of items; raise InputError where a series is missing."""
    listed = list(metrics)
    parts = []
    for items in dict.fromkeys(plugin(metric).ITEMS for metric in listed):
        own = Part(panel, items, tuple(metric for metric in listed if items == plugin(metric).ITEMS))
        missing = {key for request in own.requests for key in request} - own.series.keys()
        if missing:
            raise InputError(f"{items}: found no scores of {', '.join(sorted(missing))}, expected them")
        parts.append(own)
    return parts


def estimated(dataset: str, parts: Sequence[Part], *, resampled: bool) -> list[Estimated]:
    """Return the estimates of each cell's metrics of ``dataset``; undefined ones as well.

    ``parts``: of the same items, one a cell. Without ``resampled`` an estimate is its point alone.
    """
    points = _points(parts)
    per_cell = _with_resamples(parts, points) if resampled else points
    computed: list[Estimated] = []
    for one, estimates in zip(parts, per_cell, strict=True):
        own: Estimated = {}
        for protocol, metric in itertools.product(one.masks(), one.metrics):
            of_protocol = {request: estimates[protocol, request] for request in one.requests}
            with np.errstate(divide="ignore", invalid="ignore"):
                own[protocol, dataset, metric] = plugin(metric).compute(
                    of_protocol.__getitem__, metric.partition("@")[2]
                )
        computed.append(own)
    return computed


def _points(parts: Sequence[Part]) -> list[PerRequest]:
    """Return the points, (1,) each: ranks of a series are computed once, whatever it is correlated with."""
    ranked: dict[bytes, tuple[Doubles, float]] = {}

    def ranks(values: Doubles) -> tuple[Doubles, float]:
        key = values.tobytes()
        if key not in ranked:
            centred = mid_ranks(values) - (len(values) + 1) / 2
            ranked[key] = centred, (centred * centred).sum()
        return ranked[key]

    def point(values: Sequence[Doubles]) -> float:
        if len(values) == 1:
            return float(values[0].mean())
        (a, of_a), (b, of_b) = map(ranks, values)
        spread = float(np.sqrt(of_a * of_b))
        return min(1.0, max(-1.0, float((a * b).sum()) / spread)) if spread > 0 else float("nan")

    return [
        {
            (protocol, request): np.array([point([one.series[key][mask] for key in request])])
            for protocol, mask in one.masks().items()
            for request in one.requests
        }
        for one in parts
    ]


def _with_resamples(parts: Sequence[Part], points: Sequence[PerRequest]) -> list[PerRequest]:
    """Return points and resamples, (1 + RESAMPLES,) each; equal masks have equal resamples."""
    sample = parts[0].panel.samples[parts[0].items]
    first: dict[bytes, str] = {}
    for protocol, mask in parts[0].masks().items():
        first.setdefault(mask.tobytes(), protocol)
    distinct = {protocol: parts[0].masks()[protocol] for protocol in first.values()}
    correlated = _correlated(sample, distinct, parts) if not sample.by_rows else [{} for _ in parts]
    complete: list[PerRequest] = []
    for one, by_rank, at in zip(parts, correlated, points, strict=True):
        linear = [request for request in one.requests if len(request) == 1 or sample.by_rows]
        at_points = {key: float(point[0]) for key, point in at.items()}
        own = by_rank | linear_resamples(sample, one.series, distinct, linear, at_points)
        complete.append(
            {
                (protocol, request): np.concatenate(
                    [at[protocol, request], own[first[mask.tobytes()], request]]
                )
                for protocol, mask in one.masks().items()
                for request in one.requests
            }
        )
    return complete


def _correlated(
    sample: Sample, masks: dict[str, Mask], parts: Sequence[Part]
) -> list[dict[tuple[str, Request], Doubles]]:
    """Return the resamples of each cell's correlations; what cells share is computed once."""
    resampled: list[dict[tuple[str, Request], Doubles]] = [{} for _ in parts]
    wanted = [[request for request in one.requests if len(request) > 1] for one in parts]
    if not any(wanted):
        return resampled
    counts = weights(sample.group, sample.units)
    for protocol, mask in masks.items():
        numbers: dict[bytes, int] = {}
        series: list[Doubles] = []
        pairs: dict[tuple[int, int], int] = {}
        places: list[list[int]] = []
        for one, requests in zip(parts, wanted, strict=True):
            own = []
            for request in requests:
                for key in request:
                    values = one.series[key][mask]
                    if numbers.setdefault(values.tobytes(), len(series)) == len(series):
                        series.append(values)
                pair = tuple(numbers[one.series[key][mask].tobytes()] for key in request)
                own.append(pairs.setdefault((pair[0], pair[1]), len(pairs)))
            places.append(own)
        correlations = reranked.correlations(series, list(pairs), counts, sample.members[mask, 0])
        for own, requests, into in zip(places, wanted, resampled, strict=True):
            into |= {(protocol, request): correlations[k] for request, k in zip(requests, own, strict=True)}
    return resampled
