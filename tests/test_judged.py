"""Retrieval of judged documents: rankings scored query by query, and which queries count."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness import judged
from harness.core import PairSet
from harness.overlap import Overlap
from harness.protocols import decontaminated, fitted_on_searched


def judged_set() -> PairSet:
    """Return four documents and two queries; the first query has two relevant documents, graded 2 and 1."""
    return PairSet(
        "judged",
        ("d0", "d1", "d2", "d3", "q0", "q1"),
        None,
        np.array([[4, 0], [4, 2], [5, 3]], np.int64),
        np.array([1.0, 2.0, 1.0]),
        {},
        queries=np.array([4, 5], np.int64),
    )


ROWS = np.array([[1, 0], [0.9, 0.1], [0.6, 0.4], [0, 1], [1, 0.05], [1, 0]], np.float32)


def test_ndcg_is_the_sum_worked_by_hand() -> None:
    """q0 ranks d0, d1, d2, d3: gains 1, 0, 2, 0; the best order has 2, 1. q1 finds its document last."""
    found = judged.scores(judged_set(), ROWS, ROWS)
    first = (1 / math.log2(2) + 2 / math.log2(4)) / (2 / math.log2(2) + 1 / math.log2(3))
    second = (1 / math.log2(5)) / 1
    assert [pytest.approx(first), pytest.approx(second)] == found["ndcg@10"].tolist()
    assert [1.0, 1.0] == found["recall@100"].tolist()


def test_equal_similarities_go_by_row_number() -> None:
    """All documents alike: the ranking is that of the rows, whatever their order as texts."""
    rows = np.ones((6, 2), np.float32)
    found = judged.scores(judged_set(), rows, rows)
    first = (1 + 2 / math.log2(4)) / (2 + 1 / math.log2(3))
    assert [pytest.approx(first), pytest.approx(1 / math.log2(5))] == found["ndcg@10"].tolist()


def test_queries_are_searched_for_by_no_query() -> None:
    """A query that equals another query does not find it: only documents are ranked."""
    assert [0, 1, 2, 3] == judged.document_rows(judged_set()).tolist()


def test_a_query_counts_where_all_its_judged_pairs_do() -> None:
    """A dropped pair of the first query drops the query; the second is kept."""
    kept = {"all": np.ones(3, bool), "some": np.array([True, False, True])}
    found = {name: mask.tolist() for name, mask in judged.masks(judged_set(), kept).items()}
    assert {"all": [True, True], "some": [False, True]} == found


@pytest.mark.parametrize(
    ("seen", "searched", "others"), [([True, True], 2, 0), ([True, False], 0, 1), ([False, False], 0, 2)]
)
def test_what_was_fitted_on_the_searched_documents_counts_under_that_name_alone(
    seen: list[bool], searched: int, others: int
) -> None:
    """All pairs where the training split has something of every one, none where one is new to it."""
    none = np.zeros(2, bool)
    overlap = Overlap(none, np.array(seen), none)
    assert searched == fitted_on_searched.keep(overlap).sum()
    assert others == decontaminated.keep(overlap).sum()
