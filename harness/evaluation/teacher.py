"""The teacher of a trained map: each row's exact nearest other rows in the original space."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.data.blocks import blocks
from harness.errors import InputError
from harness.evaluation.knn import unit
from harness.numerics import device
from harness.numerics.ranking import ranked
from harness.types import Floats, Ints

_CACHED = 4  # rankings that a process keeps; fits that differ only in settings share one
_cache: dict[str, Ints] = {}


def top_k(vectors: Floats, k: int) -> Ints:
    """Return the ``k`` rows most similar by cosine to each row of ``vectors`` (n, D) float32, (n, k) int64.

    Best first, without the row itself. faiss searches exactly and orders ties; on a CUDA device torch does.
    A process caches the last rankings by the sha256 of the rows, so that another fit does not search again.
    The array is read-only.
    Raises InputError where there are fewer than k other rows.
    """
    if not 1 <= k < len(vectors):
        raise InputError(f"teacher: found k = {k}, expected from 1 to {len(vectors) - 1} other rows")
    rows = unit(vectors)
    key = " ".join([hashlib.sha256(rows.tobytes()).hexdigest(), str(rows.shape), str(k), device.chosen()])
    if key not in _cache:
        if len(_cache) >= _CACHED:
            del _cache[next(iter(_cache))]
        _cache[key] = search(rows, k)
        _cache[key].flags.writeable = False
    return _cache[key]


def search(rows: Floats, k: int) -> Ints:
    """Return what ``top_k`` does for ``rows`` (n, D) of unit length, and store nothing."""
    ranking = _nearest(rows, k + 1)
    # The row itself moves last and is cut off. Where copies of it crowd it out, the last copy is cut off.
    itself = ranking == np.arange(len(rows))[:, None]
    others = np.take_along_axis(ranking, np.argsort(itself, axis=1, kind="stable"), axis=1)
    return others[:, :k].astype(np.int64)


def _nearest(rows: Floats, k: int) -> Ints:
    if device.chosen() != "cpu":
        nobody = np.empty(0, np.int64)
        return ranked(rows, blocks(rows), k, (nobody, nobody))
    import faiss

    ranking: Ints = faiss.knn(rows, rows, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return ranking
