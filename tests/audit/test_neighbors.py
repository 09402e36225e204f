"""Recall with ties by tolerance: the mean over all orders of what ties, at every size of the corpus."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.audit.measuring import HeldOut, Truth, _by_level, levels_of
from harness.audit.neighbors import TIE, kth_largest, similarities, top
from harness.evaluation.neighbor_scores import against
from harness.types import Floats


def _random(searches: int, rows: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).random((searches, rows)).astype(np.float32)


def _mean_over_orders(exact: Floats, similar: Floats, k: int, depth: int) -> float:
    """Return the recall of one search, averaged over every order of its rows: ties fall as the order says."""
    relevant = exact >= np.sort(exact)[-k] - TIE
    orders = list(itertools.permutations(range(len(exact))))
    rankings = (sorted(order, key=lambda row: -similar[row]) for order in orders)
    return sum(min(relevant[ranking[:depth]].sum() / k, 1) for ranking in rankings) / len(orders)


@pytest.mark.parametrize(("k", "depth"), [(1, 1), (2, 2), (3, 3), (2, 4)])
def test_tied_rows_share_the_places_that_are_left(k: int, depth: int) -> None:
    """Three levels of similarity among six rows leave many ties; every order of them is as likely."""
    exact, similar = _random(8, 6), np.round(2 * _random(8, 6, seed=1)) / 2
    best = top(similar, exact, 4)
    measured = best.recall(kth_largest(exact, k) - TIE, k, depth)
    expected = [_mean_over_orders(a, b, k, depth) for a, b in zip(exact, similar, strict=True)]
    np.testing.assert_allclose(measured, expected, atol=1e-12)


def test_without_ties_recall_is_that_of_the_report() -> None:
    """`neighbor_scores.against` orders by row number, which decides nothing here."""
    exact, similar = _random(20, 300), _random(20, 300, seed=1) * 0.1 + _random(20, 300)
    rankings = [np.argsort(-each, axis=1, kind="stable")[:, :100] for each in (exact, similar)]
    expected = against(rankings[0], rankings[1])
    best = top(similar, exact, 100)
    for k in (1, 10, 50, 100):
        measured = best.recall(kth_largest(exact, k) - TIE, k)
        np.testing.assert_allclose(measured, expected[f"knn-recall@{k}"], atol=1e-12)


def test_rows_that_cannot_be_told_apart_have_the_recall_of_chance() -> None:
    """Equal similarities of 50 rows: 5 places among 50 have 5 · 5 / 50 of the 5 neighbours on average."""
    exact = _random(1, 50)
    assert pytest.approx(0.1) == top(np.zeros((1, 50), np.float32), exact, 5).recall(
        kth_largest(exact, 5) - TIE, 5
    )


def test_a_neighbour_within_the_tolerance_is_forgiven() -> None:
    """The second row is 0.0005 less similar than the first; the compressed ranking prefers it."""
    exact = np.array([[0.9, 0.8995, 0.1]], np.float32)
    best = top(np.array([[0.5, 0.6, 0.1]], np.float32), exact, 1)
    assert [0.0] == best.recall(kth_largest(exact, 1) - TIE, 1).tolist()
    assert [1.0] == best.recall(kth_largest(exact, 1) - np.float32(1e-3), 1).tolist()


def test_a_query_is_not_its_own_neighbour() -> None:
    """Its similarity is -infinity, so that no search returns it."""
    rows = np.eye(3, dtype=np.float32)
    similar = similarities(rows[:2], rows, np.array([0, 1]))
    assert [-np.inf, -np.inf] == [similar[0, 0], similar[1, 1]]
    assert [1.0, 1.0, 1.0] == np.diag(similarities(rows, rows, None)).tolist()


def test_recall_by_size_is_the_mean_over_the_parts_of_that_size() -> None:
    """Parts are joined from their halves' best rows; each part searched by itself gives the same."""
    exact = _random(7, 1_607)
    similar = np.round(exact + 0.05 * _random(7, 1_607, seed=1), 2)
    levels = levels_of(1_607, 10)
    assert (200, 400, 800, 1600) == levels
    empty = np.zeros((1_607, 2), np.float32)
    data = HeldOut(empty, empty[:7], None, exact, (10,), levels)
    expected = []
    for rows in levels:
        slices = [slice(start, start + rows) for start in range(0, levels[-1], rows)]
        edges = [kth_largest(exact[:, part], 10) - TIE for part in slices]
        parts = zip(slices, edges, strict=True)
        expected.append(
            np.mean([top(similar[:, p], exact[:, p], 10).recall(e, 10) for p, e in parts], axis=0)
        )
    np.testing.assert_allclose(_by_level(data, Truth(data, 10), similar), expected, atol=1e-12)
