"""The resamples that every value shares, their interval, and the test of a difference."""

from __future__ import annotations

import functools
import hashlib

import numpy as np

from harness.core import Doubles

RESAMPLES = 5_000  # an end of an interval is good to 1 % of its width
LEVEL = 95.0  # per cent
TAILS = ((100 - LEVEL) / 2, (100 + LEVEL) / 2)
Weights = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


@functools.lru_cache(maxsize=16)
def weights(name: str, units: int) -> Weights:
    """Return how often each of ``units`` is drawn in each resample, (RESAMPLES, units) uint8."""
    rng = _generator(name, units)
    drawn = np.empty((RESAMPLES, units), np.uint8)
    for i in range(RESAMPLES):
        drawn[i] = np.bincount(rng.integers(units, size=units), minlength=units)
    return drawn


@functools.lru_cache(maxsize=16)
def weights_of(name: str, units: int, used: bytes) -> Weights:
    """Return the columns of ``weights`` of the units ``used``, int64 numbers as bytes."""
    return np.ascontiguousarray(np.take(weights(name, units), np.frombuffer(used, np.int64), axis=1))


def _generator(name: str, units: int) -> np.random.Generator:
    seed = hashlib.sha256(("bootstrap of " + name + ", " + str(units) + " units").encode()).digest()
    return np.random.default_rng(list(seed))


def seed_weights(name: str, seeds: int) -> Doubles:
    """Return the share of each of ``seeds`` in the mean of each resample, (RESAMPLES, seeds).

    ``name``: of the cells that differ in their seed alone; others draw theirs independently.
    """
    drawn = _generator("seeds of " + name, seeds).integers(seeds, size=(RESAMPLES, seeds))
    return np.stack([(drawn == i).mean(axis=1) for i in range(seeds)], axis=1)


def interval(resampled: Doubles) -> tuple[float, float]:
    """Return the ends of the percentile interval of resamples, those that are undefined left out."""
    low, high = np.percentile(resampled[np.isfinite(resampled)], TAILS)
    return float(low), float(high)


def p_value(resampled: Doubles) -> float:
    """Return the two-sided p of a difference that would be 0, from its resamples; 1 where all are 0."""
    defined = resampled[np.isfinite(resampled)]
    fewer = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (1 + fewer) / (1 + len(defined)))
