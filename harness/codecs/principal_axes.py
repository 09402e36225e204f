"""The principal axes of vectors, for every compressor that starts with them."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.errors import InputError
from harness.numerics import device
from harness.numerics.device_products import product
from harness.types import Doubles, Floats

_CACHED = 2  # decompositions that a process keeps; fits on one training split share one
_cache: dict[str, tuple[Doubles, Doubles]] = {}


def principal_axes(vectors: Floats, dims: int) -> tuple[Doubles, Doubles]:
    """Return the mean (D,) and the leading ``dims`` principal axes (D, dims), in float64.

    The largest component of each axis is positive, so that the sign does not depend on the solver. A process
    caches the last decompositions by the sha256 of the vectors. The mean is read-only.
    Raises InputError where rows or dimensions are fewer than ``dims``.
    """
    rows, dimension = vectors.shape
    if dims > min(rows, dimension):
        raise InputError(
            f"pca: found dims = {dims}, expected at most {min(rows, dimension)} ({rows} rows × {dimension})"
        )
    mean, vectors_by_value = _decomposed(vectors)
    axes = vectors_by_value[:, ::-1][:, :dims]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dims)])
    return mean, axes * signs


def forget_axes() -> None:
    """Drop the cached decompositions, so that a benchmark times the next one."""
    _cache.clear()


def _decomposed(vectors: Floats) -> tuple[Doubles, Doubles]:
    """Return the mean (D,) and all axes (D, D), those of the largest variance last."""
    rows = np.ascontiguousarray(vectors)
    key = " ".join([hashlib.sha256(rows.data).hexdigest(), str(rows.shape), rows.dtype.str, device.chosen()])
    if key not in _cache:
        if len(_cache) >= _CACHED:
            del _cache[next(iter(_cache))]
        x = vectors.astype(np.float64)
        mean = x.mean(axis=0)
        axes = np.linalg.eigh(_covariance(x, mean))[1]
        mean.flags.writeable = axes.flags.writeable = False
        _cache[key] = mean, axes
    return _cache[key]


def _covariance(x: Doubles, mean: Doubles) -> Doubles:
    """Return the covariance (D, D) of rows (n, D) whose mean is ``mean`` (D,)."""
    if device.chosen() == "cpu":
        return np.cov(x, rowvar=False).reshape(x.shape[1], x.shape[1])
    centred = x - mean
    covariance: Doubles = product(centred.T, centred) / (len(x) - 1)
    return covariance
