"""The resamples that every value shares, their interval, and the test of a difference."""

from __future__ import annotations

import functools

import numpy as np

from harness.numerics.seeding import seeded_generator
from harness.types import Doubles

RESAMPLES = 5_000  # the ends of an interval are accurate to 1 % of its width
LEVEL = 95.0  # per cent
TAILS = ((100 - LEVEL) / 2, (100 + LEVEL) / 2)
_AT_ONCE = 1_000  # resamples turned to float32
Weights = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


@functools.lru_cache(maxsize=16)
def weights(name: str, units: int) -> Weights:
    """Return how often each of ``units`` is drawn in each resample, (units, RESAMPLES) uint8."""
    rng = _generator(name, units)
    counts = np.empty((RESAMPLES, units), np.uint8)
    for i in range(RESAMPLES):
        counts[i] = np.bincount(rng.integers(units, size=units), minlength=units)
    return np.ascontiguousarray(counts.T)


def totals(name: str, values: Doubles) -> Doubles:
    """Return the sums of ``values`` (units, k) over the units that each resample draws, (RESAMPLES, k)."""
    used = np.flatnonzero(values.any(axis=1))
    counts, summands = weights(name, len(values)), values[used].astype(np.float32)
    parts = [
        counts[used, i : i + _AT_ONCE].astype(np.float32).T @ summands for i in range(0, RESAMPLES, _AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float64)


def _generator(name: str, units: int) -> np.random.Generator:
    return seeded_generator(f"bootstrap of {name}, {units} units")


def seed_weights(name: str, seeds: int) -> Doubles:
    """Return the share of each of ``seeds`` in the mean of each resample, (RESAMPLES, seeds).

    ``name`` is that of the cells that differ only in their seed; each name draws independently.
    """
    sampled = _generator("seeds of " + name, seeds).integers(seeds, size=(RESAMPLES, seeds))
    return np.stack([(sampled == i).mean(axis=1) for i in range(seeds)], axis=1)


def interval(resampled: Doubles) -> tuple[float, float]:
    """Return the ends of the percentile interval of the resamples that are defined.

    >>> interval(np.arange(201.0))
    (5.0, 195.0)
    """
    low, high = np.percentile(resampled[np.isfinite(resampled)], TAILS)
    return float(low), float(high)


def p_value(resampled: Doubles) -> float:
    """Return the two-sided p-value of a difference from 0, from its resamples; 1 where all are 0."""
    defined = resampled[np.isfinite(resampled)]
    fewer = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (1 + fewer) / (1 + len(defined)))
