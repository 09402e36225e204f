"""Points and intervals of many estimates at once: the numbers of ``statistics.estimates.summary``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from harness.statistics import estimates as stats
from harness.statistics.bootstrap import TAILS
from harness.statistics.requests import Estimates

Summary: TypeAlias = tuple[float, float, float, int]  # point, ends of the interval, undefined resamples


def summaries(estimates: Sequence[Estimates]) -> list[Summary]:
    """Return the summary of each estimate (1 + RESAMPLES,); percentiles of one matrix take half the time."""
    if not estimates:
        return []
    matrix = np.stack(estimates)
    whole = np.asarray(np.isfinite(matrix).all(axis=1), bool)
    lows, highs = np.zeros(len(matrix)), np.zeros(len(matrix))
    if whole.any():
        lows[whole], highs[whole] = np.percentile(matrix[whole, 1:], TAILS, axis=1)
    return [
        (float(row[0]), min(float(low), float(row[0])), max(float(high), float(row[0])), 0)
        if defined
        else stats.summary(row)
        for row, defined, low, high in zip(matrix, whole.tolist(), lows, highs, strict=True)
    ]
