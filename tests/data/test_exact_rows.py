"""Rows of equal bytes, against a dictionary of bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.data import exact_rows
from harness.data.exact_rows import exact_numbers, first_equal
from harness.types import Floats, PairSet

NO_PAIRS = np.empty((0, 2), np.int64)


def repeated(n: int, dimension: int, seed: int = 0) -> Floats:
    """Return rows of which most appear several times."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n // 3, dimension)).astype(np.float32)[rng.integers(n // 3, size=n)]


def by_dictionary(matrices: list[Floats]) -> list[int]:
    """Return the first row of equal bytes of each row, counted through all matrices."""
    first: dict[bytes, int] = {}
    keys = [row.tobytes() for matrix in matrices for row in matrix]
    return [first.setdefault(key, i) for i, key in enumerate(keys)]


@pytest.mark.parametrize("dimension", [1, 7, 384])
def test_rows_of_equal_bytes_have_the_first_of_them(
    dimension: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In memory and in a file, in parts of any size, and within as well as across matrices."""
    monkeypatch.setattr(exact_rows, "_PART", 16)
    one, other = repeated(300, dimension), repeated(90, dimension)
    other[::3] = one[10:40]
    np.save(tmp_path / "one.npy", one)
    expected = by_dictionary([one, other])
    assert expected == first_equal([one, other]).tolist()
    assert expected == first_equal([np.load(tmp_path / "one.npy", mmap_mode="r"), other]).tolist()


def test_rows_of_one_hash_and_other_bytes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """With four hashes for 100 different rows, each hash has rows of many kinds."""
    rows = repeated(300, 5)
    monkeypatch.setattr(
        exact_rows, "_hashes", lambda x: (x[:, 0] * 1000).astype(np.int64).astype(np.uint64) % 4
    )
    assert by_dictionary([rows]) == first_equal([rows]).tolist()


def test_zeros_of_either_sign_are_other_bytes() -> None:
    """As a hash of the bytes has them; comparing numbers would not."""
    assert [0, 1, 0] == first_equal([np.array([[0, 1], [-0.0, 1], [0, 1]], np.float32)]).tolist()


def test_numbers_go_by_first_appearance_in_any_set() -> None:
    """Texts by their normal form, vectors by their bytes and dimension; no set, no numbers."""
    x = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    vectors, again = (PairSet("v", None, part, NO_PAIRS, None, {}) for part in (x, x[1:]))
    texts = PairSet("t", ("a", "B", "A "), None, NO_PAIRS, None, {})
    actual = [own.tolist() for own in exact_numbers(vectors, texts, again)]
    assert [[0, 1, 0], [2, 3, 2], [1, 0]] == actual
    assert () == exact_numbers()


def test_no_rows_are_no_numbers() -> None:
    """An empty matrix among others changes nothing."""
    empty = np.empty((0, 3), np.float32)
    assert [] == first_equal([empty]).tolist()
    assert [0, 1] == first_equal([empty, np.eye(2, 3, dtype=np.float32)]).tolist()
