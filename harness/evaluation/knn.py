"""Exact nearest neighbours by cosine, and how well a compressed ranking finds them again, query by query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.errors import InputError
from harness.types import ZERO_NORM, Doubles, Floats, Ints

DEPTH = 100  # ranks looked at
CUTOFFS, NDCG_CUTOFFS = (1, 10, 50, 100), (10, 50)
RELEVANT = 10  # neighbours that rescoring is about
OVERSAMPLING = (2, 4, 10)  # times RELEVANT candidates rescored from the originals


@dataclass(frozen=True, slots=True)
class Truth:
    """Queries among the rows (n, D) of a set, and for each its exact nearest other rows, (q, DEPTH)."""

    rows: Floats
    queries: Ints
    nearest: Ints


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
    similar = unit(queries) @ unit(rows).T
    similar[np.arange(len(own)), own] = -np.inf
    depth = min(depth, len(rows) - 1)
    return np.argsort(-similar, axis=1, kind="stable")[:, :depth].astype(np.int64)


def truth(rows: Floats, queries: Ints) -> Truth:
    """Return the exact neighbours of ``queries`` (q,) among ``rows`` (n, D)."""
    return Truth(rows, queries, nearest(rows[queries], rows, queries))


def scores(known: Truth, asked: Floats, searched: Floats) -> dict[str, Doubles]:
    """Return per-query scores (q,) of searching ``searched`` (n, d) with ``asked`` (q, d), exhaustively."""
    found = nearest(asked, searched, known.queries)
    return {**against(known.nearest, found), **rescored(known, found)}


def against(exact: Ints, found: Ints) -> dict[str, Doubles]:
    """Return per-query scores (q,) of the ranking ``found`` (q, k) against the exact one (q, m).

    recall@k: whether the exact nearest neighbour is among the first k (Jégou, Douze, Schmid 2011);
    overlap@k: the share of the exact k nearest among the first k; reciprocal-rank: of the exact nearest,
    0 beyond DEPTH; ndcg@k: with the exact k as relevant, the first with gain k, the last with 1
    (Järvelin and Kekäläinen 2002). A k that the set has not rows enough for is left out; -1 in ``found``
    is a place that the search left empty.
    """
    hits = found == exact[:, :1]
    positions = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)
    scored: dict[str, Doubles] = {"reciprocal-rank": 1 / positions}
    for k in CUTOFFS:
        if k <= found.shape[1]:
            scored["recall@" + str(k)] = (positions <= k).astype(np.float64)
            scored["overlap@" + str(k)] = _overlap(found[:, :k], exact[:, :k])
    for k in NDCG_CUTOFFS:
        if k <= found.shape[1]:
            scored["ndcg@" + str(k)] = _ndcg(found[:, :k], exact[:, :k])
    return scored


def rescored(known: Truth, found: Ints) -> dict[str, Doubles]:
    """Return, as rescored@t, overlap@10 after the originals ranked the first 10 t of ``found`` anew."""
    scored = {}
    for times in OVERSAMPLING:
        if times * RELEVANT <= found.shape[1]:
            best = _rescored(known, found[:, : times * RELEVANT])
            scored["rescored@" + str(times)] = _overlap(best, known.nearest[:, :RELEVANT])
    return scored


def _overlap(found: Ints, exact: Ints) -> Doubles:
    shared: Doubles = (found[:, :, None] == exact[:, None, :]).any(axis=2).sum(axis=1) / found.shape[1]
    return shared


def _ndcg(found: Ints, exact: Ints) -> Doubles:
    k = exact.shape[1]
    gains = np.arange(k, 0, -1, dtype=np.float64)
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gained = ((found[:, :, None] == exact[:, None, :]) * gains).sum(axis=2)
    best: float = float((gains * discounts).sum())
    return np.asarray((gained * discounts).sum(axis=1) / best, np.float64)


def _rescored(known: Truth, candidates: Ints) -> Ints:
    asked = unit(known.rows[known.queries])
    similar = np.einsum("qd,qcd->qc", asked, unit(known.rows)[candidates])
    similar[candidates < 0] = -np.inf  # places that a search left empty
    order = np.argsort(-similar, axis=1, kind="stable")[:, :RELEVANT]
    return np.take_along_axis(candidates, order, axis=1)
