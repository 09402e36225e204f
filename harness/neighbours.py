"""Exact nearest neighbours by cosine, and how well a compressed ranking finds them again, query by query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.core import ZERO_NORM, Doubles, Floats, InputError, Ints

DEPTH = 100  # ranks looked at
RELEVANT = 10  # neighbours that overlap, nDCG and rescoring are about
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
    """Return per-query scores (q,) of searching ``searched`` (n, d) with ``asked`` (q, d).

    recall@k: whether the exact nearest neighbour is among the first k (Jégou, Douze, Schmid 2011);
    overlap@k: the share of the exact k nearest among the first k; reciprocal-rank: of the exact nearest,
    0 beyond DEPTH; ndcg@10: with the exact ten as relevant, the first with gain 10, the tenth with 1
    (Järvelin and Kekäläinen 2002); rescored-2x: overlap@10 after the first 20 were ranked anew by the
    original vectors, and so on. A k that the set has not rows enough for is left out.
    """
    found = nearest(asked, searched, known.queries)
    hits = found == known.nearest[:, :1]
    positions = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)
    scored: dict[str, Doubles] = {"reciprocal-rank": 1 / positions}
    for k in (1, 10, 50, 100):
        if k <= found.shape[1]:
            scored["recall@" + str(k)] = (positions <= k).astype(np.float64)
            scored["overlap@" + str(k)] = _overlap(found[:, :k], known.nearest[:, :k])
    if found.shape[1] >= RELEVANT:
        scored["ndcg@10"] = _ndcg(found[:, :RELEVANT], known.nearest[:, :RELEVANT])
    for times in OVERSAMPLING:
        if times * RELEVANT <= found.shape[1]:
            best = _rescored(known, found[:, : times * RELEVANT])
            scored["rescored@" + str(times)] = _overlap(best, known.nearest[:, :RELEVANT])
    return scored


def _overlap(found: Ints, exact: Ints) -> Doubles:
    shared: Doubles = (found[:, :, None] == exact[:, None, :]).any(axis=2).mean(axis=1)
    return shared


def _ndcg(found: Ints, exact: Ints) -> Doubles:
    gains = np.arange(RELEVANT, 0, -1, dtype=np.float64)
    discounts = 1 / np.log2(np.arange(2, RELEVANT + 2))
    gained = ((found[:, :, None] == exact[:, None, :]) * gains).sum(axis=2)
    best: float = float((gains * discounts).sum())
    return np.asarray((gained * discounts).sum(axis=1) / best, np.float64)


def _rescored(known: Truth, candidates: Ints) -> Ints:
    asked = unit(known.rows[known.queries])
    similar = np.einsum("qd,qcd->qc", asked, unit(known.rows)[candidates])
    order = np.argsort(-similar, axis=1, kind="stable")[:, :RELEVANT]
    return np.take_along_axis(candidates, order, axis=1)
