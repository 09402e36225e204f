"""The teacher of a student: each row's exact nearest other rows in the space that is to be compressed."""

from __future__ import annotations

import hashlib

from harness.errors import InputError
from harness.evaluation.knn import unit
from harness.types import Floats, Ints

_CACHED = 4  # lists that one process keeps: students that differ in settings alone share one
_cache: dict[str, Ints] = {}


def top_k(vectors: Floats, k: int) -> Ints:
    """Return the ``k`` rows most similar by cosine to each row of ``vectors`` (n, D) float32, (n, k) int64.

    Best first, a row itself left out; faiss searches exactly, and what is equally similar comes in its order.
    A process keeps the last lists under the sha256 of the rows, so that another fit does not search again.
    Raises InputError where there are not k other rows. The array returned is not writeable.
    """
    if not 1 <= k < len(vectors):
        raise InputError(f"teacher: found k = {k}, expected from 1 to {len(vectors) - 1} other rows")
    rows = unit(vectors)
    key = hashlib.sha256(rows.tobytes()).hexdigest() + " " + str(rows.shape) + " " + str(k)
    if key not in _cache:
        if len(_cache) >= _CACHED:
            del _cache[next(iter(_cache))]
        _cache[key] = _search(rows, k)
        _cache[key].flags.writeable = False
    return _cache[key]


def _search(rows: Floats, k: int) -> Ints:
    import faiss
    import numpy as np

    ranking = faiss.knn(rows, rows, k + 1, metric=faiss.METRIC_INNER_PRODUCT)[1]
    # The row itself goes last and is cut off; where its copies crowd it out, the last of them is.
    itself = ranking == np.arange(len(rows))[:, None]
    others = np.take_along_axis(ranking, np.argsort(itself, axis=1, kind="stable"), axis=1)
    return others[:, :k].astype(np.int64)
