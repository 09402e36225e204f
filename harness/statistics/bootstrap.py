"""The resamples that every value shares, their interval, and the test of a difference."""

from __future__ import annotations

import functools

import numpy as np

from harness.numerics.seeding import seeded_generator
from harness.types import Doubles

RESAMPLES = 5_000  # an end of an interval is good to 1 % of its width
LEVEL = 95.0  # per cent
TAILS = ((100 - LEVEL) / 2, (100 + LEVEL) / 2)
_AT_ONCE = 1_000  # resamples turned to float32
Weights = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


@functools.lru_cache(maxsize=16)
def weights(name: str, units: int) -> Weights:
    """Return how often each of ``units`` is drawn in each resample, (units, RESAMPLES) uint8."""
    rng = _generator(name, units)
    drawn = np.empty((RESAMPLES, units), np.uint8)
    for i in range(RESAMPLES):
        drawn[i] = np.bincount(rng.integers(units, size=units), minlength=units)
    return np.ascontiguousarray(drawn.T)


def totals(name: str, values: Doubles) -> Doubles:
    """Return the sums of ``values`` (units, k) over what each resample draws, (RESAMPLES, k)."""
    used = np.flatnonzero(values.any(axis=1))
    drawn, kept = weights(name, len(values)), values[used].astype(np.float32)
    parts = [drawn[used, i : i + _AT_ONCE].astype(np.float32).T @ kept for i in range(0, RESAMPLES, _AT_ONCE)]
    return np.concatenate(parts).astype(np.float64)


def _generator(name: str, units: int) -> np.random.Generator:
    return seeded_generator(f"bootstrap of {name}, {units} units")


def seed_weights(name: str, seeds: int) -> Doubles:
    """Return the share of each of ``seeds`` in the mean of each resample, (RESAMPLES, seeds).

    ``name``: of the cells that differ in their seed alone; others draw theirs independently.
    """
    drawn = _generator("seeds of " + name, seeds).integers(seeds, size=(RESAMPLES, seeds))
    return np.stack([(drawn == i).mean(axis=1) for i in range(seeds)], axis=1)


def interval(resampled: Doubles) -> tuple[float, float]:
    """Return the ends of the percentile interval of resamples, those that are undefined left out.

    >>> interval(np.arange(201.0))
    (5.0, 195.0)
    """
    low, high = np.percentile(resampled[np.isfinite(resampled)], TAILS)
    return float(low), float(high)


def p_value(resampled: Doubles) -> float:
    """Return the two-sided p of a difference that would be 0, from its resamples; 1 where all are 0."""
    defined = resampled[np.isfinite(resampled)]
    fewer = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (1 + fewer) / (1 + len(defined)))
