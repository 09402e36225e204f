"""Exact neighbours, by hand and against faiss."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from harness.errors import InputError
from harness.evaluation.knn import DEPTH, nearest, unit
from harness.types import Floats, Ints


def rows(n: int, dimension: int = 16, seed: int = 0) -> Floats:
    """Return random vectors of different lengths."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, dimension)) * rng.uniform(0.1, 9, (n, 1))).astype(np.float32)


def first(n: int) -> Ints:
    """Return the first ``n`` rows as queries."""
    return np.arange(n, dtype=np.int64)


# -- Exact neighbours ----------------------------------------------------------------------------------------


def test_neighbours_are_those_of_faiss() -> None:
    """Rank by rank the cosines are those of an exact search, which finds the query's own row first."""
    x, own = rows(400), np.array([3, 50, 51, 399])
    neighbours = nearest(x[own], x, own)
    index = faiss.IndexFlatIP(16)
    index.add(unit(x))
    similar, labels = index.search(unit(x[own]), DEPTH + 1)
    assert own.tolist() == labels[:, 0].tolist()
    assert (4, DEPTH) == neighbours.shape
    ours = np.einsum("qd,qkd->qk", unit(x[own]), unit(x)[neighbours])
    np.testing.assert_allclose(ours, similar[:, 1:], atol=1e-6)
    assert [set(row) for row in labels[:, 1:].tolist()] == [set(row) for row in neighbours.tolist()]


def test_a_query_does_not_find_itself_but_its_copy() -> None:
    """What is left out is the row, not what equals it."""
    x = rows(6)
    x[4] = x[1]
    neighbours = nearest(x[[1, 2]], x, np.array([1, 2]))
    assert 4 == neighbours[0, 0]
    assert [{0, 2, 3, 4, 5}, {0, 1, 3, 4, 5}] == [set(row) for row in neighbours.tolist()]


def test_equal_similarities_go_by_row_number() -> None:
    """Two directions, taken in turns: first the rows that are as the query, then the others."""
    x = np.array([[1, 0], [0, 1], [2, 0], [0, 2], [1, 0], [0, 1]], np.float32)
    assert [[2, 4, 1, 3, 5], [1, 5, 0, 2, 4]] == nearest(x[[0, 3]], x, np.array([0, 3])).tolist()


def test_there_are_no_more_neighbours_than_other_rows() -> None:
    """Five rows have four others each; asked for two, two are given."""
    x = rows(5)
    assert (5, 4) == nearest(x, x, first(5)).shape
    assert (5, 2) == nearest(x, x, first(5), depth=2).shape


def test_length_does_not_matter() -> None:
    """Neighbours are by cosine: a vector nine times as long is no closer."""
    x = rows(50)
    assert nearest(x, x, first(50)).tolist() == nearest(4 * x, x / 8, first(50)).tolist()


@pytest.mark.parametrize(("number", "norm"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "inf")])
def test_a_row_that_is_not_finite_is_refused(number: float, norm: str) -> None:
    """Such as a codec may decode: it would have a rank by accident."""
    x = rows(5)
    x[3, 2] = number
    with pytest.raises(InputError, match=f"row 3 has norm {norm}, expected a direction"):
        nearest(rows(5), x, first(5))


def test_a_row_without_direction_is_refused() -> None:
    """Its cosine would be no number, and its rank an accident."""
    x = rows(5)
    x[3] = 0
    with pytest.raises(InputError, match="row 3 has norm 0, expected a direction"):
        nearest(rows(5), x, first(5))
