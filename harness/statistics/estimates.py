"""Values with 95 % intervals, from a paired bootstrap of what ``harness.statistics.clusters`` calls units.

One matrix of weights a group of sets (how often each unit is drawn, thousands of times as many draws with
replacement as there are units, seeded by the group's name and size) is shared by every cell, so that any two
can be compared resample by resample. Means are one matrix product of the weights with the sums over units.
Spearman's rank correlation is ranked anew in every resample (``reranking``): a first-order form was
measured against that and was off by up to 13 % of an interval's width where few clusters hold many pairs.

Where rows are resampled no weight is a count and nothing can be ranked anew: there the correlation moves by
the influence of its pairs (``spearman``), through Fisher's z, which keeps it skewed near 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.errors import InputError
from harness.statistics import reranking, spearman
from harness.statistics.bootstrap import RESAMPLES, interval, totals, weights
from harness.statistics.clusters import Sample
from harness.types import ZERO_NORM, Doubles, Floats, Mask

_RARE = 20  # a resample misses more units than so many with a chance below 1e-8, and nobody looks for it
_CERTAIN = 1e-12  # so near to 1 or -1 a correlation is that in every resample

Estimates = Doubles  # (1,): the point; or (1 + RESAMPLES,): and its resamples
Request = tuple[str, str] | tuple[str]  # the correlation of two series, or the mean of one
Series = Mapping[str, Doubles]
Found = dict[tuple[str, Request], Estimates]
Resampled = dict[tuple[str, Request], Doubles]


def cosines(left: Floats, right: Floats, where: str) -> Floats:
    """Return the cosine similarity of each row pair, (m,) float32, summed in float64.

    Raises InputError where a vector has no direction; ``where`` names the data in the message.
    """
    a, b = left.astype(np.float64), right.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    if len(norms) and norms.min() < ZERO_NORM**2:
        raise InputError(f"{where}: pair {int(norms.argmin())} has a vector of norm 0, expected a direction")
    found: Floats = (np.einsum("ij,ij->i", a, b) / norms).astype(np.float32)
    return found


def points(series: Series, masks: Mapping[str, Mask], requests: Sequence[Request]) -> Found:
    """Return the point estimate (1,) for each mask and request; NaN where there is none.

    ``series`` are (n,) float64, a value an item; ``masks`` (n,) bool say which items count under each
    protocol. A request of two names is their Spearman correlation, of one its mean.
    """
    return {
        (protocol, request): np.array([_point([series[key][mask] for key in request])])
        for protocol, mask in masks.items()
        for request in requests
    }


def estimates(
    sample: Sample, series: Series, masks: Mapping[str, Mask], requests: Sequence[Request]
) -> Found:
    """Return the point estimate and its resamples for each mask and request, of the items of ``sample``.

    NaN stands where a value is undefined: a resample without an item that counts, or with equal ones alone.
    """
    found = points(series, masks, requests)
    # Protocols that keep the same items are the same to the last bit: measured once.
    same: dict[bytes, str] = {}
    for protocol, mask in masks.items():
        same.setdefault(mask.tobytes(), protocol)
    measured = {protocol: masks[protocol] for protocol in same.values()}
    by_rank = [request for request in requests if len(request) > 1 and not sample.by_rows]
    linear = [request for request in requests if request not in by_rank]
    resampled = _linear(sample, series, measured, linear, found)
    resampled |= _ranked_anew(sample, series, measured, by_rank)
    return {
        (protocol, request): np.concatenate(
            [found[protocol, request], resampled[same[mask.tobytes()], request]]
        )
        for protocol, mask in masks.items()
        for request in requests
    }


def summary(values: Estimates) -> tuple[float, float, float, int]:
    """Return the point estimate, the percentile interval's ends, and how many resamples are undefined.

    Resamples of few items are biased where a correlation is near its bound: an interval that would pass by
    the point ends at it.
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
        kept = {
            key: series[key][mask] for key in dict.fromkeys(key for request in requests for key in request)
        }
        drawn = weights(sample.group, sample.units)
        found = reranking.correlations(kept, requests, drawn, sample.members[mask, 0])
        resampled |= {(protocol, request): values for request, values in found.items()}
    return resampled


def _linear(
    sample: Sample,
    series: Series,
    masks: Mapping[str, Mask],
    requests: Sequence[Request],
    found: Found,
) -> Resampled:
    """Return the resamples (RESAMPLES,) of means, and of correlations where rows are resampled."""
    if not (masks and requests):
        return {}
    columns = [_columns(series, mask, requests, found, protocol) for protocol, mask in masks.items()]
    sums = _sums(sample, np.concatenate(columns, axis=1))
    resampled: Resampled = {}
    for (protocol, mask), part in zip(masks.items(), np.split(sums, len(masks), axis=1), strict=True):
        count = np.full(RESAMPLES, float(mask.sum())) if sample.by_rows else part[:, 0]
        for k, request in enumerate(requests, start=1):
            with np.errstate(divide="ignore", invalid="ignore"):
                moved = part[:, k] / count
            values = _resampled(float(found[protocol, request][0]), moved, request)
            for key in request if len(request) > 1 else ():
                values[_constant(sample, series[key], mask)] = np.nan
            resampled[protocol, request] = values
    return resampled


def _columns(series: Series, mask: Mask, requests: Sequence[Request], found: Found, protocol: str) -> Doubles:
    """Return (n, 1 + requests): which items count, then what each adds to a request less its mean."""
    columns = np.zeros((len(mask), 1 + len(requests)))
    columns[mask, 0] = 1
    for k, request in enumerate(requests, start=1):
        point = found[protocol, request][0]
        if not np.isfinite(point):
            continue
        parts = [series[key][mask] for key in request]
        columns[mask, k] = parts[0] - point if len(parts) == 1 else spearman.influence(parts[0], parts[1])
    return columns


def _resampled(point: float, moved: Doubles, request: Request) -> Doubles:
    """Return the resamples of a request from what they add to its point, to first order."""
    if len(request) == 1:
        return point + moved
    rest = 1 - point**2
    if rest < _CERTAIN:
        return np.where(np.isfinite(moved), point, np.nan)
    found: Doubles = np.tanh(np.arctanh(point) + moved / rest)
    return found


def _sums(sample: Sample, columns: Doubles) -> Doubles:
    """Return (RESAMPLES, k): the sums of the columns (n, k) in each resample."""
    by_unit = np.zeros((sample.units, columns.shape[1]))
    for members in sample.members.T:
        np.add.at(by_unit, members, columns)
    return totals(sample.group, by_unit)


def _constant(sample: Sample, values: Doubles, mask: Mask) -> Mask:
    """Return in which resamples (RESAMPLES,) the items that count have one value alone, exactly."""
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
