"""What is drawn: the same for the same set, uniform where it should be, and near as often as far."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from harness.data import sampling
from harness.data.sampling import (
    QUERIES,
    RANDOM_PAIRS,
    generator,
    graded_pairs,
    graded_rows,
    queries,
    random_pairs,
    rows_of_pairs,
)
from harness.types import Doubles, Floats, Ints, PairSet


def rows(n: int, dimension: int = 8, seed: int = 0) -> Floats:
    """Return random vectors."""
    return np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32)


def test_what_is_drawn_follows_from_name_size_and_purpose() -> None:
    """Each of the three changes the numbers; nothing else does."""
    first = generator("a", 10, "queries").integers(1 << 60, size=4).tolist()
    assert first == generator("a", 10, "queries").integers(1 << 60, size=4).tolist()
    for other in (("b", 10, "queries"), ("a", 11, "queries"), ("a", 10, "random pairs")):
        assert first != generator(*other).integers(1 << 60, size=4).tolist()


@pytest.mark.parametrize("n", [2, 3, 30, 5000])
def test_random_pairs_are_of_two_different_rows_and_each_is_drawn_once(n: int) -> None:
    """At most the 2,000 that are drawn, and at most the n (n - 1) that there are."""
    pairs = random_pairs("mine", n)
    assert ("int64", 2) == (str(pairs.dtype), pairs.shape[1])
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert 0 <= pairs.min() < pairs.max() < n
    assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs) <= min(RANDOM_PAIRS, n * (n - 1))
    assert pairs.tolist() == random_pairs("mine", n).tolist()


def test_of_few_rows_every_pair_is_drawn() -> None:
    """2,000 draws of the 12 ordered pairs of four rows leave none out."""
    assert [(i, j) for i in range(4) for j in range(4) if i != j] == [
        tuple(pair) for pair in random_pairs("mine", 4).tolist()
    ]


def test_random_pairs_are_uniform() -> None:
    """Both sides, and their distance around the circle of rows, pass a chi-squared test."""
    n = 2_000
    left, right = random_pairs("mine", n).T
    for values, span in ((left, n), (right, n), ((right - left) % n - 1, n - 1)):
        counts = np.bincount(values * 20 // span, minlength=20)
        assert chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(("n", "expected"), [(30, 30), (QUERIES, QUERIES), (10_000, QUERIES)])
def test_queries_are_different_rows_in_order(n: int, expected: int) -> None:
    """All of a small set, 500 of a large one."""
    rows = queries("mine", n).tolist()
    assert sorted(set(rows)) == rows
    assert (expected, True) == (len(rows), set(rows) <= set(range(n)))
    assert rows == queries("mine", n).tolist()
    assert n <= QUERIES or rows != queries("yours", n).tolist()


def test_queries_are_uniform() -> None:
    """500 of 10,000 rows come from all parts of the set."""
    assert kstest(queries("mine", 10_000) / 10_000, "uniform").pvalue > 1e-4


def test_graded_pairs_join_every_row_with_others() -> None:
    """As many pairs a row as were asked for, none of a row with itself."""
    pairs = graded_pairs(rows(50), "mine", 3)
    assert [i for i in range(50) for _ in range(3)] == pairs[:, 0].tolist()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert set(pairs[:, 1].tolist()) <= set(range(50))
    assert pairs.tolist() == graded_pairs(rows(50), "mine", 3).tolist()


def test_of_two_rows_each_is_paired_with_the_other() -> None:
    """There is no other choice."""
    assert [[0, 1], [1, 0]] == graded_pairs(rows(2), "mine").tolist()


def test_neighbour_ranks_are_log_uniform() -> None:
    """The whole part of exp(U), U uniform on [0, log n): rank r has the share log((r + 1) / r) / log n.

    The ranks are found again by sorting all cosines; more rows than are held at a time, so that chunks count.
    """
    n = 1_200
    x = rows(n)
    pairs = graded_pairs(x, "mine", 4)
    unit = x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, np.inf)
    ranks = np.array([(similar[i] > similar[i, j]).sum() for i, j in pairs.tolist()])
    edges = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, n]
    expected = np.diff(np.log(edges)) / np.log(n) * len(ranks)
    counts, _ = np.histogram(ranks, bins=[*edges[:-1], n + 1])
    assert 1 <= ranks.min()
    assert chisquare(counts, expected).pvalue > 1e-4


def test_close_rows_are_told_from_far_ones() -> None:
    """On a circle of eight directions the neighbour at each rank is known: the angle never falls with it."""
    angles = np.radians([0, 1, 3, 7, 15, 31, 63, 127])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    pairs = graded_pairs(x, "mine", 200)
    others = pairs[pairs[:, 0] == 0][:, 1]
    counts = np.bincount(others, minlength=8)  # from row 0 the rank of row j is j
    assert 0 == counts[0]
    expected = 200 * np.diff(np.log(np.arange(1, 9))) / np.log(8)
    assert chisquare(counts[1:], expected).pvalue > 1e-4


def by_sorting(x: Floats, name: str, per_row: int) -> list[list[int]]:
    """Return graded pairs from each row's full order, equal similarities by number."""
    n = len(x)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    ranks = np.exp(generator(name, n, "graded pairs").uniform(0, np.log(n), (n, per_row))).astype(int)
    similar = unit @ unit.T
    similar[np.arange(n), np.arange(n)] = np.inf
    order = np.argsort(-similar, axis=1, kind="stable")
    return [[i, int(order[i, min(rank, n - 1)])] for i in range(n) for rank in ranks[i].tolist()]


@pytest.mark.parametrize("per_row", [1, 5])
def test_graded_pairs_are_those_of_the_full_order(per_row: int) -> None:
    """Among rows that are often equal as well."""
    x = np.sign(rows(300, 4))
    assert by_sorting(x, "mine", per_row) == graded_pairs(x, "mine", per_row).tolist()


def test_of_many_rows_graded_pairs_are_those_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn by name and size, in order; of no more rows than the limit it is all of them."""
    monkeypatch.setattr(sampling, "GRADED_ROWS", 40)
    x = rows(100)
    sampled = graded_rows("mine", 100)
    assert (40, True) == (len(sampled), sorted(set(sampled.tolist())) == sampled.tolist())
    assert sampled.tolist() != graded_rows("yours", 100).tolist()
    assert list(range(40)) == graded_rows("mine", 40).tolist()
    expected = sampled[np.array(by_sorting(x[sampled], "mine", 2))]
    assert expected.tolist() == graded_pairs(x, "mine", 2).tolist()


def test_an_audit_says_where_pairs_are_drawn_among_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of few rows, of none, of pairs that a file has, or where somebody rated them."""
    monkeypatch.setattr(sampling, "GRADED_ROWS", 40)
    x, scores = rows(100), np.arange(40.0)

    def among(n: int, pairs: Ints, gold: Doubles | None = None) -> int | None:
        return rows_of_pairs(PairSet("x", None, x[:n], pairs, gold, {}))

    pairs, paired = graded_pairs(x, "x"), np.arange(80).reshape(2, 40).T
    expected = [40, None, None, None, None]
    assert expected == [
        among(100, pairs), among(40, pairs), among(100, pairs[:0]), among(100, pairs, scores),
        among(80, paired),
    ]  # fmt: skip
