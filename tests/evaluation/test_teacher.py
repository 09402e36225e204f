"""The teacher's lists: by hand, against numpy, and kept in memory by content."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import InputError
from harness.evaluation import teacher
from harness.evaluation.knn import nearest
from harness.evaluation.teacher import top_k
from harness.types import Floats


def _rows(count: int = 300, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal((count, 24)).astype(np.float32)


def test_neighbours_by_hand() -> None:
    """Cosines see no lengths: (1, 0) and (9, 1) are each other's nearest, (0, 2) is nearest to (9, 1)."""
    rows = np.array([[1, 0], [9, 1], [0, 2]], np.float32)
    np.testing.assert_array_equal([[1, 2], [0, 2], [1, 0]], top_k(rows, 2))


def test_lists_are_those_of_an_exact_search_in_numpy() -> None:
    """Each row's 50 nearest other rows, in order, are those of the harness's own exact search."""
    rows = _rows()
    expected = nearest(rows, rows, np.arange(len(rows)), 50)
    np.testing.assert_array_equal(expected, top_k(rows, 50))


def test_a_row_is_not_in_its_own_list_even_among_copies() -> None:
    """Of 30 copies of one row, each has 5 others in its list and never itself."""
    rows = np.ones((30, 4), np.float32)
    nearest = top_k(rows, 5)
    assert (30, 5) == nearest.shape
    assert not (nearest == np.arange(30)[:, None]).any()
    assert all(len(set(row)) == 5 for row in nearest.tolist())


@pytest.mark.parametrize("k", [0, 300])
def test_there_have_to_be_so_many_other_rows(k: int) -> None:
    """The error states the range that would be right."""
    with pytest.raises(InputError, match=f"teacher: found k = {k}, expected from 1 to 299 other rows"):
        top_k(_rows(), k)


def test_equal_rows_are_searched_once_and_others_anew() -> None:
    """A copy of the rows gives the very same array; other rows, or another k, give another."""
    first = top_k(_rows(), 7)
    assert top_k(_rows().copy(), 7) is first
    assert top_k(_rows(), 8) is not first
    assert not np.array_equal(first, top_k(_rows(seed=1), 7))
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 0


def test_only_the_last_lists_are_kept() -> None:
    """However many are asked for, memory holds a few."""
    for seed in range(10):
        top_k(_rows(20, seed), 3)
    assert len(teacher._cache) <= 4
