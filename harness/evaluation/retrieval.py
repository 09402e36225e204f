"""Retrieval of judged documents: each query's ranking of all documents, scored by ir-measures."""

from __future__ import annotations

import numpy as np

from harness.evaluation.knn import Blocks, by_cosine
from harness.types import Doubles, Floats, Ints, Mask, PairSet

DEPTH = 100  # documents ranked for each query


def scores(data: PairSet, queries_as: Floats, documents_as: Blocks) -> dict[str, Doubles]:
    """Return per-query scores (q,), in the order of ``data.queries``, of ranking documents by cosine.

    ``queries_as`` (q, d) are the vectors of the queries, ``documents_as`` blocks of the documents' vectors,
    in the order of ``document_rows``. ndcg@10 takes the grades as gains, recall@100 every grade above 0 as
    relevant; ir-measures has trec_eval compute both.
    Ties are ordered by row number, not by the documents' names. A query's own document is not ranked, as in
    BEIR. A judged document that the corpus lacks counts as relevant and is never found.
    """
    import ir_measures
    from ir_measures import Qrel, R, ScoredDoc, nDCG

    queries, documents = query_rows(data), document_rows(data)
    own, depth = own_documents(data), min(DEPTH, len(documents))
    order = by_cosine(queries_as, documents_as, depth, own)
    run = [
        ScoredDoc(str(query), str(document), -rank)
        for i, (query, listed) in enumerate(zip(queries.tolist(), order, strict=True))
        for rank, document in enumerate(documents[listed[~np.isin(listed, own[1][own[0] == i])]].tolist())
    ]
    grades = np.zeros(0) if data.gold is None else data.gold
    judged = [
        Qrel(str(query), str(document), int(grade))
        for (query, document), grade in zip(data.pairs.tolist(), grades.tolist(), strict=True)
    ]
    if data.irregularities:
        missing = enumerate(data.irregularities.missing.tolist())
        judged += [Qrel(str(query), "missing " + str(i), grade) for i, (query, grade) in missing]
    names = {nDCG @ 10: "ndcg@10", R @ 100: "recall@100"}
    positions = {str(query): i for i, query in enumerate(queries.tolist())}
    values: dict[str, Doubles] = {name: np.zeros(len(queries)) for name in names.values()}
    for one in ir_measures.iter_calc(list(names), judged, run):
        values[names[one.measure]][positions[one.query_id]] = one.value
    return values


def query_rows(data: PairSet) -> Ints:
    """Return the query rows of a judged set, (q,)."""
    return np.zeros(0, np.int64) if data.queries is None else data.queries


def document_rows(data: PairSet) -> Ints:
    """Return the document rows of a judged set: all rows that are not queries, in order."""
    return np.setdiff1d(np.arange(data.rows, dtype=np.int64), query_rows(data))


def own_documents(data: PairSet) -> tuple[Ints, Ints]:
    """Return the indices (k,) and (k,) of queries' own documents in a matrix of queries by documents."""
    if data.irregularities is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    query, document = data.irregularities.own.T
    positions = {row: i for i, row in enumerate(query_rows(data).tolist())}
    return np.array([positions[row] for row in query.tolist()], np.int64), np.searchsorted(
        document_rows(data), document
    )


def masks(data: PairSet, pairs: dict[str, Mask]) -> dict[str, Mask]:
    """Return which queries (q,) count under each protocol: those whose judged pairs (m,) all count."""
    queries = query_rows(data)
    return {protocol: ~np.isin(queries, data.pairs[~mask, 0]) for protocol, mask in pairs.items()}
