"""Retrieval of judged documents: rankings scored query by query, and which queries count."""

from __future__ import annotations

import math

import ir_measures
import numpy as np
import pytest
from ir_measures import Qrel, R, ScoredDoc, nDCG
from support.judged import judged_set

from harness.data.beir import Table
from harness.data.beir import judged_set as read_judged
from harness.data.blocks import blocks, selected
from harness.data.contamination import Contamination
from harness.evaluation import retrieval
from harness.protocols import decontaminated, fitted_on_searched
from harness.types import Doubles, Floats, Irregularities, PairSet

ROWS = np.array([[1, 0], [0.9, 0.1], [0.6, 0.4], [0, 1], [1, 0.05], [1, 0]], np.float32)


def test_ndcg_is_the_sum_worked_by_hand() -> None:
    """q0 ranks d0, d1, d2, d3: gains 1, 0, 2, 0; the best order has 2, 1. q1 finds its document last."""
    scored = scored_rows(judged_set(), ROWS)
    first = (1 / math.log2(2) + 2 / math.log2(4)) / (2 / math.log2(2) + 1 / math.log2(3))
    second = (1 / math.log2(5)) / 1
    assert [pytest.approx(first), pytest.approx(second)] == scored["ndcg@10"].tolist()
    assert [1.0, 1.0] == scored["recall@100"].tolist()


def scored_rows(data: PairSet, rows: Floats) -> dict[str, Doubles]:
    """Return the scores of a judged set whose rows are ``rows`` in either role."""
    documents = selected(blocks(rows, 2), retrieval.document_rows(data))
    return retrieval.scores(data, rows[retrieval.query_rows(data)], documents)


def test_equal_similarities_go_by_row_number() -> None:
    """All documents alike: the ranking is that of the rows, whatever their order as texts."""
    rows = np.ones((6, 2), np.float32)
    scored = scored_rows(judged_set(), rows)
    first = (1 + 2 / math.log2(4)) / (2 + 1 / math.log2(3))
    assert [pytest.approx(first), pytest.approx(1 / math.log2(5))] == scored["ndcg@10"].tolist()


def test_queries_are_searched_for_by_no_query() -> None:
    """A query that equals another query does not find it: only documents are ranked."""
    assert [0, 1, 2, 3] == retrieval.document_rows(judged_set()).tolist()


def test_a_query_counts_where_all_its_judged_pairs_do() -> None:
    """A dropped pair of the first query drops the query; the second is kept."""
    pairs = {"all": np.ones(3, bool), "some": np.array([True, False, True])}
    actual = {name: mask.tolist() for name, mask in retrieval.masks(judged_set(), pairs).items()}
    assert {"all": [True, True], "some": [False, True]} == actual


@pytest.mark.parametrize(
    ("seen", "searched", "others"), [([True, True], 2, 0), ([True, False], 0, 1), ([False, False], 0, 2)]
)
def test_what_was_fitted_on_the_searched_documents_counts_under_that_name_alone(
    seen: list[bool], searched: int, others: int
) -> None:
    """All pairs where the training split has something of every one, none where one is new to it."""
    none = np.zeros(2, bool)
    contamination = Contamination(none, np.array(seen), none)
    assert searched == fitted_on_searched.keep(contamination).sum()
    assert others == decontaminated.keep(contamination).sum()


# -- What is irregular in published sets, against ir-measures itself


def beir(judgements: list[tuple[str, str, int]], documents: list[str], queries: list[str]) -> PairSet:
    """Return a set of which documents and queries are their own texts."""
    return read_judged(
        "mine",
        Table([{"_id": key, "text": "document " + key} for key in documents], "corpus"),
        Table([{"_id": key, "text": "query " + key} for key in queries], "queries"),
        Table(
            [dict(zip(("query-id", "corpus-id", "score"), row, strict=True)) for row in judgements], "qrels"
        ),
        {},
    )


def as_the_field_does(
    rows: Floats, judgements: list[tuple[str, str, int]], documents: list[str], queries: list[str]
) -> dict[str, Doubles]:
    """Return the scores of ir-measures, handed names, all judgements and whole rankings, own ids left out."""
    similar = rows[len(documents) :].astype(np.float64) @ rows[: len(documents)].T.astype(np.float64)
    run = [
        ScoredDoc(query, document, float(similar[i, j]))
        for i, query in enumerate(queries)
        for j, document in enumerate(documents)
        if query != document
    ]
    values = {"ndcg@10": np.zeros(len(queries)), "recall@100": np.zeros(len(queries))}
    names = {nDCG @ 10: "ndcg@10", R @ 100: "recall@100"}
    for one in ir_measures.iter_calc(list(names), [Qrel(*row) for row in judgements], run):
        values[names[one.measure]][queries.index(one.query_id)] = one.value
    return values


def unit_rows(n: int) -> Floats:
    """Return random unit vectors."""
    x = np.random.default_rng(11).standard_normal((n, 12))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


DOCUMENTS = ["d" + str(i) for i in range(150)]
IRREGULAR = {
    "a grade below 0": [("q0", "d0", -1), ("q0", "d1", 2), ("q1", "d2", 1), ("q1", "d3", -2)],
    "a missing document": [("q0", "gone", 2), ("q0", "d1", 1), ("q1", "away", 1)],
    "nothing relevant": [("q0", "d0", 0), ("q1", "d1", 1)],
    "all of it": [("q0", "gone", 1), ("q0", "d9", -1), ("q0", "d8", 2), ("q1", "d1", -1), ("q1", "d4", 0)],
}


@pytest.mark.parametrize("kind", IRREGULAR)
def test_irregular_judgements_score_as_with_ir_measures_itself(kind: str) -> None:
    """Every query, every measure, whatever the grades and whether the documents are there."""
    judgements, queries, rows = IRREGULAR[kind], ["q0", "q1"], unit_rows(152)
    judgements = [*judgements, *(("q0", "d" + str(i), i % 3) for i in range(20, 60))]
    expected = as_the_field_does(rows, judgements, DOCUMENTS, queries)
    scored = scored_rows(beir(judgements, DOCUMENTS, queries), rows)
    for name, values in expected.items():
        np.testing.assert_allclose(scored[name], values, atol=1e-12, err_msg=name)
    assert 0 < scored["ndcg@10"].max() < 1


def test_a_query_that_is_a_document_does_not_find_itself() -> None:
    """ArguAna's way: every query is a document, its answer another one; BEIR leaves the identical id out."""
    queries = DOCUMENTS[:40]
    judgements = [(key, "d" + str(i + 40), 1) for i, key in enumerate(queries)]
    documents = unit_rows(150)
    documents[40:80] = documents[:40] + 0.3 * documents[40:80]
    rows = np.concatenate([documents, documents[:40]])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    data = beir(judgements, DOCUMENTS, queries)
    scored = scored_rows(data, rows)
    expected = as_the_field_does(rows, judgements, DOCUMENTS, queries)
    np.testing.assert_allclose(scored["ndcg@10"], expected["ndcg@10"], atol=1e-12)
    assert [1.0] * 40 == scored["ndcg@10"].tolist()
    alone = scored_rows(PairSet("x", data.texts, None, data.pairs, data.gold, {}, queries=data.queries), rows)
    assert [pytest.approx(1 / math.log2(3))] * 40 == alone["ndcg@10"].tolist()


def test_a_query_whose_only_document_is_itself_finds_nothing() -> None:
    """Its ranking is empty, and scores 0."""
    data = beir([("d0", "d0", 1)], ["d0"], ["d0"])
    rows = unit_rows(2)
    assert [[0.0], [0.0]] == [values.tolist() for values in scored_rows(data, rows).values()]


def test_a_document_that_is_left_out_of_one_ranking_stays_in_the_others() -> None:
    """d0 is the first query's own alone."""
    own = Irregularities(np.array([[4, 0]], np.int64), np.empty((0, 2), np.int64), {})
    data = judged_set()
    data = PairSet("x", data.texts, None, data.pairs, data.gold, {}, queries=data.queries, irregularities=own)
    scored = scored_rows(data, ROWS)
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert [pytest.approx(2 / math.log2(3) / best), pytest.approx(1 / math.log2(5))] == scored[
        "ndcg@10"
    ].tolist()
    assert [0.5, 1.0] == scored["recall@100"].tolist()
