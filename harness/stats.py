"""Spearman, and 95 % intervals from a paired bootstrap over items.

One matrix of resampling weights a data set (how often each pair is drawn, 10,000 times n draws with
replacement, seeded by the set's name and size) is shared by every cell, so that any two cells can be
compared resample by resample. The weights meet fixed ranks: each series is ranked once, on the pairs
that count, and a resample's Spearman is the weighted Pearson correlation of those ranks. That makes
10,000 resamples one matrix product. What it approximates: a full bootstrap ranks every resample anew.
Measured against that (tests/test_stats.py, with scipy), the interval of a single Spearman comes out about
1 % narrower where the correlation is 0.5, 6 % at 0.8 and up to 14 % at 0.95 with 300 pairs, at any n;
differences and quotients of two Spearmans (loss, retention), in which this cancels, agree within 2 %.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from harness.core import ZERO_NORM, Doubles, Floats, InputError, Mask

RESAMPLES = 10_000
LEVEL = 95.0  # per cent
_CHUNK = 1_000  # resamples turned to float32 at a time

Estimates = Doubles  # (1 + RESAMPLES,): the point estimate, then one value a resample
Request = tuple[str, str] | tuple[str]  # the correlation of two series, or the mean of one


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


@functools.lru_cache(maxsize=16)
def weights(name: str, items: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Return how often each of ``items`` is drawn in each resample, (RESAMPLES, items) uint8."""
    seed = hashlib.sha256(("bootstrap of " + name + ", " + str(items) + " items").encode()).digest()
    rng = np.random.default_rng(list(seed))
    drawn = np.empty((RESAMPLES, items), np.uint8)
    for i in range(RESAMPLES):
        drawn[i] = np.bincount(rng.integers(items, size=items), minlength=items)
    return drawn


def standard_ranks(x: Doubles, where: str) -> Doubles:
    """Return mid-ranks scaled to mean 0 and variance 1; raise InputError where all values are equal."""
    ranks = rankdata(x)
    deviation = ranks.std()
    if deviation == 0:
        raise InputError(f"{where}: all {len(x)} values are equal, expected values that can be ranked")
    return np.asarray((ranks - ranks.mean()) / deviation, np.float64)


def estimates(
    name: str, series: Mapping[str, Doubles], masks: Mapping[str, Mask], requests: Sequence[Request]
) -> dict[tuple[str, Request], Estimates]:
    """Return, for each mask and request, the point estimate and its bootstrap replicates.

    ``series`` are (n,) float64, a value a pair of data set ``name``; ``masks`` (n,) bool say which pairs
    count under each protocol. A request of two names is their Spearman correlation, of one its mean.
    """
    # Protocols that keep the same pairs are the same to the last bit: measured once.
    same: dict[bytes, str] = {}
    for protocol, mask in masks.items():
        same.setdefault(mask.tobytes(), protocol)
    columns: dict[tuple[str, ...], Doubles] = {}
    for protocol in same.values():
        mask = masks[protocol]
        columns[(protocol,)] = mask.astype(np.float64)
        for request in requests:
            _add_columns(columns, protocol, request, series, mask, f"{name} ({protocol})")
    sums = dict(zip(columns, _sums(name, np.stack(list(columns.values()), axis=1)).T, strict=True))
    return {
        (protocol, request): _estimate(sums, same[mask.tobytes()], request)
        for protocol, mask in masks.items()
        for request in requests
    }


def summary(values: Estimates) -> tuple[float, float, float]:
    """Return the point estimate and the percentile interval's ends."""
    low, high = np.percentile(values[1:], [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return float(values[0]), float(low), float(high)


def _add_columns(
    columns: dict[tuple[str, ...], Doubles],
    protocol: str,
    request: Request,
    series: Mapping[str, Doubles],
    mask: Mask,
    where: str,
) -> None:
    """Add what a request's estimates are sums of: a mean's values, or ranks, their squares and product."""
    if len(request) == 1:
        columns[protocol, request[0]] = np.where(mask, series[request[0]], 0.0)
        return
    for key in request:
        if (protocol, key, "squared") not in columns:
            ranks = np.zeros(len(mask))
            ranks[mask] = standard_ranks(series[key][mask], f"{where}: {key}")
            columns[protocol, key] = ranks
            columns[protocol, key, "squared"] = ranks**2
    columns[protocol, *request] = columns[protocol, request[0]] * columns[protocol, request[1]]


def _sums(name: str, columns: Doubles) -> Doubles:
    """Return (1 + RESAMPLES, k): the plain sums of the columns (n, k), then one row a resample."""
    drawn = weights(name, len(columns))
    single = columns.astype(np.float32)
    parts = [drawn[i : i + _CHUNK].astype(np.float32) @ single for i in range(0, RESAMPLES, _CHUNK)]
    return np.concatenate([columns.sum(axis=0, keepdims=True), *parts]).astype(np.float64)


def _estimate(sums: Mapping[tuple[str, ...], Doubles], protocol: str, request: Request) -> Estimates:
    n = sums[(protocol,)]
    if len(request) == 1:
        return sums[protocol, request[0]] / n
    a, b = request
    mean_a, mean_b = sums[protocol, a] / n, sums[protocol, b] / n
    covariance = sums[protocol, a, b] / n - mean_a * mean_b
    variance_a = sums[protocol, a, "squared"] / n - mean_a**2
    variance_b = sums[protocol, b, "squared"] / n - mean_b**2
    result: Estimates = covariance / np.sqrt(variance_a * variance_b)
    return result
