"""Scores of a search, by hand, and against faiss and ir_measures."""

from __future__ import annotations

import faiss
import ir_measures
import numpy as np
import pytest
from ir_measures import RR, P, R, nDCG

from harness.evaluation.knn import DEPTH, nearest, unit
from harness.evaluation.neighbor_scores import RELEVANT, ground_truth, scores
from harness.types import Floats, Ints


def rows(n: int, dimension: int = 16, seed: int = 0) -> Floats:
    """Return random vectors of different lengths."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, dimension)) * rng.uniform(0.1, 9, (n, 1))).astype(np.float32)


def at_degrees(degrees: list[int]) -> Floats:
    """Return unit vectors of the plane."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def first(n: int) -> Ints:
    """Return the first ``n`` rows as queries."""
    return np.arange(n, dtype=np.int64)


# -- Scores worked by hand -----------------------------------------------------------------------------------


def test_scores_of_a_search_turned_round() -> None:
    """Twelve directions, a degree apart; after compression the farthest is the nearest and so on.

    For the query at 0 degrees the exact order is 1, 2, …, 11, and 11, 10, …, 1 is found: the nearest stands
    last, of the ten relevant ones nine are among the first ten, and the gain at place p is p - 1 instead of
    11 - p.
    """
    before, after = at_degrees(list(range(12))), at_degrees([0, *range(11, 0, -1)])
    truth = ground_truth(before, first(1))
    assert [[*range(1, 12)]] == truth.nearest.tolist()
    actual = {name: values.tolist() for name, values in scores(truth, after[:1], after).items()}
    log2 = np.log2(np.arange(2, 12))
    expected = {
        "reciprocal-rank": [1 / 11],
        "success@1": [0.0],
        "knn-recall@1": [0.0],
        "success@10": [0.0],
        "knn-recall@10": [0.9],
        "knn-ndcg@10": pytest.approx([(np.arange(10) / log2).sum() / (np.arange(10, 0, -1) / log2).sum()]),
    }
    assert expected == actual


def test_scores_of_one_swap() -> None:
    """The nearest and the second nearest change places: gains 9 and 10 instead of 10 and 9."""
    before, after = at_degrees(list(range(12))), at_degrees([0, 2, 1, *range(3, 12)])
    scored = {
        key: values.tolist()
        for key, values in scores(ground_truth(before, first(1)), after[:1], after).items()
    }
    lost = 1 - 1 / np.log2(3)  # what a gain of 1 loses from the first place to the second
    best = sum((11 - p) / np.log2(p + 1) for p in range(1, 11))
    assert ([0.5], [0.0], [1.0]) == (scored["reciprocal-rank"], scored["success@1"], scored["success@10"])
    assert ([0.0], [1.0]) == (scored["knn-recall@1"], scored["knn-recall@10"])
    assert [(best - lost) / best] == pytest.approx(scored["knn-ndcg@10"])


def test_rescoring_mends_the_order_of_what_was_found() -> None:
    """25 directions turned round: of the first 20 found, 24 to 5, the original vectors prefer 5 to 14.

    Six of these are among the exact ten, 1 to 10; the first ten found, 24 to 15, have none. There are no 40
    other rows, so that there is no score for 40 candidates.
    """
    before, after = at_degrees(list(range(25))), at_degrees([0, *range(24, 0, -1)])
    scored = scores(ground_truth(before, first(1)), after[:1], after)
    assert ([0.6], [0.0]) == (scored["rescored@2"].tolist(), scored["knn-recall@10"].tolist())
    assert {"rescored@4", "rescored@10", "success@50", "knn-recall@50"}.isdisjoint(scored)


ALWAYS = {"reciprocal-rank", "success@1", "knn-recall@1"}
OF_TEN = {"success@10", "knn-recall@10", "knn-ndcg@10"}
OF_FIFTY = {"success@50", "knn-recall@50", "knn-ndcg@50", "rescored@4"}
OF_A_HUNDRED = {"success@100", "knn-recall@100", "rescored@10"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (9, ALWAYS),
        (10, ALWAYS | OF_TEN),
        (20, ALWAYS | OF_TEN | {"rescored@2"}),
        (50, ALWAYS | OF_TEN | {"rescored@2"} | OF_FIFTY),
        (100, ALWAYS | OF_TEN | {"rescored@2"} | OF_FIFTY | OF_A_HUNDRED),
    ],
)
def test_a_depth_that_there_are_not_rows_enough_for_has_no_score(others: int, expected: set[str]) -> None:
    """A tenth neighbour of nine is not 0 and not 1: it is not there."""
    x = rows(others + 1)
    assert expected == set(scores(ground_truth(x, first(3)), x[:3], x))


def test_an_uncompressed_search_is_perfect_and_every_query_has_its_score() -> None:
    """Whatever the rows: nothing was lost."""
    x, queries = rows(200), np.array([7, 8, 150])
    for values in scores(ground_truth(x, queries), x[queries], x).values():
        assert [1.0, 1.0, 1.0] == values.tolist()


def test_what_asks_need_not_be_what_is_searched() -> None:
    """Asymmetric: the query as it is against signs finds another order than the query's signs do.

    The query (3, 1) has cosine 0.894 with (1, 1), 0.447 with (1, -1), -0.447 with (-1, 1); its signs (1, 1)
    cannot tell the last two apart, and take them by row number.
    """
    x = np.array([[3, 1], [-1, 2], [2, -1], [1, 2]], np.float32)
    signs = np.sign(x)
    assert [[3, 2, 1]] == nearest(x[:1], signs, first(1)).tolist()
    assert [[3, 1, 2]] == nearest(signs[:1], signs, first(1)).tolist()
    # exact: cosines with (3, 1) are -0.141 of row 1, 0.707 of row 2 and 0.707 of row 3
    truth = ground_truth(np.array([[3, 1], [-1, 2], [2, -0.9], [1, 2]], np.float32), first(1))
    assert [[2, 3, 1]] == truth.nearest.tolist()
    assert [0.5] == scores(truth, x[:1], signs)["reciprocal-rank"].tolist()


# -- Scores against ir_measures ------------------------------------------------------------------------------


def per_query(measure: object, judged: Ints, gains: list[int], ranking: Ints) -> list[float]:
    """Return what ir_measures makes of a ranking (q, k) where ``judged`` (q, r) have ``gains``."""
    qrels = [
        ir_measures.Qrel(str(q), str(row), gain)
        for q, relevant in enumerate(judged.tolist())
        for row, gain in zip(relevant, gains, strict=True)
    ]
    run = [
        ir_measures.ScoredDoc(str(q), str(row), -float(rank))
        for q, ranked in enumerate(ranking.tolist())
        for rank, row in enumerate(ranked)
    ]
    values = {metric.query_id: metric.value for metric in ir_measures.iter_calc([measure], qrels, run)}
    return [values[str(q)] for q in range(len(judged))]


def test_scores_are_those_of_ir_measures() -> None:
    """Graded nDCG, reciprocal rank, precision and recall of a noisy search, query by query."""
    x, queries = rows(300), np.arange(0, 300, 5)
    noisy = x + (0.6 * np.linalg.norm(x, axis=1, keepdims=True) * rows(300, seed=1) / 20).astype(np.float32)
    truth = ground_truth(x, queries)
    scored, ranking = scores(truth, noisy[queries], noisy), nearest(noisy[queries], noisy, queries)
    one, ten = truth.nearest[:, :1], truth.nearest[:, :RELEVANT]
    expected = {
        "knn-ndcg@10": per_query(nDCG @ 10, ten, list(range(RELEVANT, 0, -1)), ranking),
        "reciprocal-rank": per_query(RR, one, [1], ranking),
        "knn-recall@10": per_query(P @ 10, ten, [1] * RELEVANT, ranking),
        "knn-recall@100": per_query(R @ 100, truth.nearest, [1] * DEPTH, ranking),
        "success@10": per_query(R @ 10, one, [1], ranking),
        "success@1": per_query(P @ 1, one, [1], ranking),
        "success@50": per_query(R @ 50, one, [1], ranking),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(scored[name], values, atol=1e-12, err_msg=name)
    assert 0.05 < scored["knn-ndcg@10"].mean() < 0.95  # the noise mattered, and not everything was lost


def test_rescoring_is_overlap_of_what_faiss_ranks_anew() -> None:
    """The candidates of a noisy search, searched exactly in the original vectors."""
    x, queries = rows(300), np.arange(0, 300, 25)
    noisy = x + (0.6 * np.linalg.norm(x, axis=1, keepdims=True) * rows(300, seed=1) / 20).astype(np.float32)
    truth = ground_truth(x, queries)
    scored = scores(truth, noisy[queries], noisy)
    for times in (2, 4, 10):
        candidates = nearest(noisy[queries], noisy, queries)[:, : times * RELEVANT]
        expected = []
        for q, chosen in enumerate(candidates):
            index = faiss.IndexFlatIP(16)
            index.add(unit(x)[chosen])
            _, places = index.search(unit(x)[queries[q] : queries[q] + 1], RELEVANT)
            expected.append(len(set(chosen[places[0]]) & set(truth.nearest[q, :RELEVANT])) / RELEVANT)
        assert pytest.approx(expected) == scored["rescored@" + str(times)].tolist()
    assert scored["knn-recall@10"].mean() < scored["rescored@2"].mean() < scored["rescored@10"].mean()
