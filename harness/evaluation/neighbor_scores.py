"""Scores of a compressed ranking against the exact nearest neighbours, query by query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.data.blocks import blocks, selected, take
from harness.evaluation.knn import DEPTH, Blocks, nearest_among, reranked, unit
from harness.types import Doubles, Floats, Ints

CUTOFFS, NDCG_CUTOFFS = (1, 10, 50, 100), (10, 50)
RELEVANT = 10  # neighbours that rescoring looks for
OVERSAMPLING = (2, 4, 10)  # times RELEVANT candidates rescored from the originals


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """Queries among the ``rows`` (n,) of a set's ``vectors`` (N, D), and the exact nearest others of each.

    ``queries`` (q,) and ``nearest`` (q, DEPTH) count within ``rows``.
    """

    vectors: Floats
    rows: Ints
    queries: Ints
    nearest: Ints

    def taken(self, numbers: Ints) -> Floats:
        """Return the vectors (m, D), of length 1, of some rows by their ``numbers`` (m,) within ``rows``."""
        return unit(take(self.vectors, self.rows[numbers]))


def ground_truth(vectors: Floats, queries: Ints, rows: Ints | None = None) -> GroundTruth:
    """Return the exact neighbours of ``queries`` (q,) among ``rows`` (n,) of ``vectors``, by default all."""
    rows = np.arange(len(vectors)) if rows is None else rows
    asking, searched = take(vectors, rows[queries]), selected(blocks(vectors), rows)
    return GroundTruth(
        vectors, rows, queries, nearest_among(asking, searched, queries, min(DEPTH, len(rows) - 1))
    )


def scores(truth: GroundTruth, queries: Floats, rows: Floats) -> dict[str, Doubles]:
    """Return per-query scores (q,) of searching ``rows`` (n, d) with ``queries`` (q, d), exhaustively."""
    return scores_among(truth, queries, blocks(rows))


def scores_among(truth: GroundTruth, queries: Floats, rows: Blocks) -> dict[str, Doubles]:
    """Return what ``scores`` does for rows that come in blocks."""
    ranking = nearest_among(queries, rows, truth.queries, truth.nearest.shape[1])
    return {**against(truth.nearest, ranking), **rescored(truth, ranking)}


def against(exact: Ints, ranking: Ints) -> dict[str, Doubles]:
    """Return per-query scores (q,) of a ``ranking`` (q, k) against the exact one (q, m).

    success@k: whether the exact nearest neighbour is among the first k (Jégou, Douze, Schmid 2011);
    knn-recall@k: the share of the exact k nearest among the first k; reciprocal-rank: of the exact nearest,
    0 beyond DEPTH; knn-ndcg@k: with the exact k as relevant, the first with gain k, the last with 1
    (Järvelin and Kekäläinen 2002). A k above the number of ranked rows is left out; -1 in ``ranking`` means
    that the search found no more rows.
    """
    hits = ranking == exact[:, :1]
    positions = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)
    scored: dict[str, Doubles] = {"reciprocal-rank": 1 / positions}
    for k in CUTOFFS:
        if k <= ranking.shape[1]:
            scored["success@" + str(k)] = (positions <= k).astype(np.float64)
            scored["knn-recall@" + str(k)] = _shared_of(ranking[:, :k], exact[:, :k])
    for k in NDCG_CUTOFFS:
        if k <= ranking.shape[1]:
            scored["knn-ndcg@" + str(k)] = _ndcg(ranking[:, :k], exact[:, :k])
    return scored


def rescored(truth: GroundTruth, ranking: Ints) -> dict[str, Doubles]:
    """Return rescored@t: knn-recall@10 after the original vectors rerank the first 10 t of ``ranking``."""
    candidates = np.unique(np.maximum(ranking, 0))  # each is read once
    queries, rows = truth.taken(truth.queries), truth.taken(candidates)
    positions = np.where(ranking < 0, -1, np.searchsorted(candidates, ranking))
    scored = {}
    for times in OVERSAMPLING:
        if times * RELEVANT <= ranking.shape[1]:
            best = reranked(positions[:, : times * RELEVANT], queries, rows, RELEVANT)
            best = np.where(best < 0, -1, candidates[best])
            scored["rescored@" + str(times)] = _shared_of(best, truth.nearest[:, :RELEVANT])
    return scored


def _shared_of(ranking: Ints, exact: Ints) -> Doubles:
    shared: Doubles = (ranking[:, :, None] == exact[:, None, :]).any(axis=2).sum(axis=1) / ranking.shape[1]
    return shared


def _ndcg(ranking: Ints, exact: Ints) -> Doubles:
    k = exact.shape[1]
    gains = np.arange(k, 0, -1, dtype=np.float64)
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gained = ((ranking[:, :, None] == exact[:, None, :]) * gains).sum(axis=2)
    best: float = float((gains * discounts).sum())
    return np.asarray((gained * discounts).sum(axis=1) / best, np.float64)
