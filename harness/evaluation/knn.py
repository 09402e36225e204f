"""Exact nearest neighbours by cosine."""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.numerics import device, device_products
from harness.types import ZERO_NORM, Floats, Ints

DEPTH = 100  # ranks compared


def unit(x: Floats) -> Floats:
    """Return the rows of ``x`` scaled to length 1, float32; raise InputError for one without direction."""
    norms = np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    if norms.min() < ZERO_NORM:
        raise InputError(f"row {int(norms.argmin())} has norm 0, expected a direction")
    scaled: Floats = (x / norms).astype(np.float32)
    return scaled


def nearest(queries: Floats, rows: Floats, own: Ints, depth: int = DEPTH) -> Ints:
    """Return the ``depth`` rows most similar to each query by cosine, best first, (q, depth).

    ``own`` (q,) is each query's own row, which is left out. Equal similarities go by row number.
    """
    return ranked(unit(queries), unit(rows), min(depth, len(rows) - 1), (np.arange(len(own)), own))


def ranked(queries: Floats, rows: Floats, depth: int, own: tuple[Ints, Ints]) -> Ints:
    """Return the ``depth`` rows of largest inner product with each query, best first, (q, depth).

    ``queries`` (q, D) and ``rows`` (n, D) are float32, of unit length. The pairs ``own`` of query and row
    rank last; equal products go by row number.
    """
    if (on := device.chosen()) != "cpu":
        return device_products.ranked(queries, rows, depth, own, on)
    similar = queries @ rows.T
    similar[own] = -np.inf
    return np.argsort(-similar, axis=1, kind="stable")[:, :depth].astype(np.int64)


def reranked(candidates: Ints, queries: Floats, rows: Floats, depth: int) -> Ints:
    """Return the first ``depth`` of each query's ``candidates`` (q, c) by inner product, best first.

    ``queries`` (q, D) and ``rows`` (n, D) are float32, the rows of unit length. A candidate of -1, which a
    search returns where it finds no more rows, ranks last.
    """
    similar = np.einsum("qd,qcd->qc", queries, rows[candidates])
    similar[candidates < 0] = -np.inf
    order = np.argsort(-similar, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(candidates, order, axis=1)
