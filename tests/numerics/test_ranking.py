"""The best products, block by block, are those of a full stable sort, ties and all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.blocks import blocks
from harness.numerics import ranking
from harness.numerics.ranking import largest, ranked
from harness.types import Floats, Ints


def sorted_fully(products: Floats, depth: int) -> Ints:
    """Return the first columns of a stable sort of all products."""
    return np.argsort(-products, axis=1, kind="stable")[:, :depth].astype(np.int64)


@given(
    count=st.integers(1, 400),
    depth=st.integers(1, 12),
    values=st.integers(1, 40),
    size=st.integers(1, 500),
    seed=st.integers(0, 99),
)
def test_ranking_in_blocks_is_a_full_stable_sort(
    count: int, depth: int, values: int, size: int, seed: int
) -> None:
    """Of products with few different values, with a query's own row last, for blocks of any size.

    Products of small integers are exact in whatever order they are added.
    """
    rng = np.random.default_rng(seed)
    rows = rng.integers(-values, values + 1, (count, 2)).astype(np.float32)
    queries = rng.integers(-values, values + 1, (9, 2)).astype(np.float32)
    own = (rng.integers(9, size=4), rng.integers(count, size=4))
    products = queries @ rows.T
    products[own] = -np.inf
    expected = sorted_fully(products, min(depth, count))
    assert expected.tolist() == ranked(queries, blocks(rows, size), depth, own).tolist()


@pytest.mark.parametrize(
    "products",
    [
        np.zeros((20, 3_000), np.float32),
        np.tile(np.arange(3_000, dtype=np.float32), (3, 1)),
        np.tile(-np.arange(3_000, dtype=np.float32), (3, 1)),
        np.tile(np.array([0.0, -0.0], np.float32), (3, 1_500)),
        np.random.default_rng(0).standard_normal((50, 70_001)).astype(np.float32),
    ],
    ids=["equal", "rising", "falling", "zeros of both signs", "random"],
)
def test_the_largest_are_the_first_of_a_stable_sort(products: Floats) -> None:
    """Columns and products, where all products are equal, where they are in order, and of a whole block."""
    values, columns = largest(products, 10)
    assert sorted_fully(products, 10).tolist() == columns.tolist()
    assert np.take_along_axis(products, columns, axis=1).tobytes() == values.tobytes()


def test_one_block_has_the_bytes_of_one_product() -> None:
    """A ranking that only the last bit decides is that of the whole product, at every depth."""
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((900, 64)).astype(np.float32)
    rows[450:] = rows[:450] * np.float32(1 + 2**-23)
    nobody = np.empty(0, np.int64)
    expected = sorted_fully(rows[:30] @ rows.T, 900)
    for depth in (1, 100, 900):
        actual = ranked(rows[:30], blocks(rows), depth, (nobody, nobody))
        assert expected[:, :depth].tolist() == actual.tolist()


def test_many_queries_are_searched_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number changes memory and no result."""
    rows = np.random.default_rng(2).integers(-3, 4, (300, 5)).astype(np.float32)
    own = np.arange(300)
    expected = ranked(rows, blocks(rows), 7, (own, own))
    monkeypatch.setattr(ranking, "SCORES", 1_000)
    assert expected.tolist() == ranked(rows, blocks(rows), 7, (own, own)).tolist()
