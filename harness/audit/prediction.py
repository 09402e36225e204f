"""Recall at full size, extrapolated from disjoint parts of the corpus of several sizes.

The more rows are searched, the nearer the neighbours lie to one another, and the more of them the same codes
confuse. Two forms describe how the logit of recall falls with N rows. Where the data have a fixed local
dimension, the distance to the k-th neighbour shrinks as a power of N: linear in log N. Where similarities
have a normal tail, the gap between neighbours shrinks as 1 / sqrt(log(N / k)): linear in log log(2 N / k).
Both are fitted by least squares to every size, and the prediction is their mean on the logit scale.

Real corpora have clusters, which fill as they grow: recall then falls faster, stays or even rises. The 95 %
interval therefore also spans the trend of the largest three sizes and no change at all. Each of the four has
the sampling error of the queries at hand and of as many new ones.

The check is part of the interval: the largest sizes are held out, and by as much as the prediction misses the
largest there, scaled to the distance in log N, the interval at full size is wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.evidence.schema.audit_frontier import Form, HoldOut, Prediction, SizePoint
from harness.statistics.bootstrap import RESAMPLES, weights
from harness.types import Doubles

FEWEST_LEVELS = 4  # sizes: three to fit, one to hold out
HELD_OUT = 2  # sizes that are held out, where there are enough
FALLS = ("log-rows", "log-log-rows")  # their mean is the prediction
TREND, LEVEL = "recent", "level"  # these belong to the interval alone
RECENT = 3  # sizes
_NORMAL = 1.959964  # half-width of a 95 % interval in standard deviations


@dataclass(frozen=True, slots=True)
class _Line:
    """A form fitted to the point (0) and the resamples (1 …): logit = intercept + slope times regressor."""

    name: str
    intercept: Doubles
    slope: Doubles

    def at(self, rows: int, k: int) -> Doubles:
        at: float = _regressor(self.name, np.array([rows], np.float64), k)[0]
        return self.intercept + self.slope * at


def predict(
    metric: str, levels: tuple[int, ...], by_level: Doubles, corpus: int, rows: int, k: int, name: str
) -> Prediction:
    """Return the recall at ``rows`` from its values (levels, q) at the sizes ``levels``, each a query.

    ``corpus``: rows at hand, of which each size takes disjoint parts. ``name`` seeds the resamples.
    """
    means = np.concatenate([by_level.mean(axis=1, keepdims=True), _resampled(by_level, name)], axis=1)
    least = 1 / (k * by_level.shape[1])  # one neighbour of one query
    edge = least / 4  # a value beyond it cannot be told from 0 or 1
    logits = _logit(means.clip(edge, 1 - edge))
    held = min(HELD_OUT, len(levels) - FEWEST_LEVELS + 1)
    check, low, high = _interval(_fit(levels[:-held], logits[:-held], k), levels[-1], k, 0.0, least)
    missed = abs(float(logits[-1, 0]) - check) / float(np.log2(levels[-1] / levels[-held - 1]))
    lines = _fit(levels, logits, k)
    doublings = max(0.0, float(np.log2(rows / levels[-1])))
    center, bottom, top = _interval(lines, rows, k, missed * doublings, least)
    measured = round(float(means[-1, 0]), 6)
    ends = _rounded(low), _rounded(high)
    return Prediction(
        metric=metric,
        rows=rows,
        points=[_point(size, corpus, values) for size, values in zip(levels, means, strict=True)],
        forms=[_stated(line, rows, k) for line in lines[: len(FALLS)]],
        bounds=[_stated(line, rows, k) for line in lines[len(FALLS) :]],
        value=_rounded(center),
        low=_rounded(bottom),
        high=_rounded(top),
        hold_out=HoldOut(
            rows=levels[-1],
            fitted=list(levels[:-held]),
            predicted=_rounded(check),
            low=ends[0],
            high=ends[1],
            measured=measured,
            covered=ends[0] <= min(measured, 1 - edge) <= ends[1],
        ),
    )


def _interval(
    lines: list[_Line], rows: int, k: int, wider: float, least: float
) -> tuple[float, float, float]:
    """Return the logit predicted at ``rows`` and the ends of its interval, ``wider`` on either side.

    ``least``: the smallest error of a value; resamples of values that are all 1 would have none.
    """
    logits = [line.at(rows, k) for line in lines]
    points = [float(each[0]) for each in logits]
    # The square root of two: a measurement has queries of its own, as many as these.
    errors = [
        _NORMAL * np.sqrt(2) * max(float(each[1:].std()), least * (2 + 2 * np.cosh(each[0])))
        for each in logits
    ]
    low = min(point - error for point, error in zip(points, errors, strict=True)) - wider
    high = max(point + error for point, error in zip(points, errors, strict=True)) + wider
    return float(np.mean(points[: len(FALLS)])), low, high


def _fit(levels: tuple[int, ...], logits: Doubles, k: int) -> list[_Line]:
    """Return every form fitted to ``logits`` (levels, 1 + RESAMPLES) by least squares."""
    counts = {**dict.fromkeys(FALLS, len(levels)), TREND: RECENT}
    lines = []
    for name, count in counts.items():
        regressor = _regressor(name, np.array(levels[-count:], np.float64), k)
        design = np.stack([np.ones(count), regressor], axis=1)
        intercept, slope = np.linalg.lstsq(design, logits[-count:], rcond=None)[0]
        lines.append(_Line(name, intercept, slope))
    return [*lines, _Line(LEVEL, logits[-1], np.zeros_like(logits[-1]))]


def _regressor(name: str, rows: Doubles, k: int) -> Doubles:
    log: Doubles = np.log(rows)
    return np.log(log - np.log(k / 2)) if name == "log-log-rows" else log


def _resampled(by_level: Doubles, name: str) -> Doubles:
    """Return the means (levels, RESAMPLES) over resampled queries."""
    counts = weights(name, by_level.shape[1]).astype(np.float32)
    resampled: Doubles = (by_level.astype(np.float32) @ counts / by_level.shape[1]).astype(np.float64)
    return resampled.reshape(len(by_level), RESAMPLES)


def _point(size: int, corpus: int, values: Doubles) -> SizePoint:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    value = round(float(values[0]), 6)
    return SizePoint(
        rows=size,
        parts=corpus // size,
        value=value,
        low=min(round(float(low), 6), value),
        high=max(round(float(high), 6), value),
    )


def _stated(line: _Line, rows: int, k: int) -> Form:
    return Form(
        name=line.name,
        intercept=round(float(line.intercept[0]), 6),
        slope=round(float(line.slope[0]), 6),
        value=_rounded(float(line.at(rows, k)[0])),
    )


def _logit(share: Doubles | float) -> Doubles:
    return np.asarray(np.log(share / (1 - share)), np.float64)


def _rounded(logit: float) -> float:
    """Return the share behind a logit, to 6 digits."""
    return round(float(1 / (1 + np.exp(-logit))), 6)
