"""Parts of a file of vectors: the same rows for the same seed, and no row in two parts."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from support.vectors import random_floats

from harness.data.vector_files import Rows, vector_set


def taken(x: np.ndarray[Any, Any], **fields: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the rows of ``x`` that a set takes."""
    vectors = vector_set(x, "mine", {}, Rows(**fields), "here").vectors
    assert vectors is not None
    return vectors


@pytest.mark.parametrize(
    ("n", "share", "trained"), [(10, 0.6, 6), (11, 0.5, 6), (101, 0.333, 34), (4, 0.5, 2)]
)
def test_parts_of_a_file_never_meet_and_leave_nothing_out(n: int, share: float, trained: int) -> None:
    """Each row is in one of the two parts, in the order of the file; the share is rounded to whole rows."""
    x = random_floats(n, 3)
    train, test = (taken(x, part=part, share=share) for part in ("train", "test"))
    numbers = [np.flatnonzero((x == row).all(axis=1))[0] for part in (train, test) for row in part]
    assert list(range(n)) == sorted(numbers)
    assert trained == len(train)
    assert sorted(numbers[:trained]) == numbers[:trained]
    assert sorted(numbers[trained:]) == numbers[trained:]


def test_three_parts_are_cut_from_one_shuffling() -> None:
    """80/10/10 of 50 rows with seed 42, worked out from numpy's permutation; the index says which rows."""
    x, order = random_floats(50, 3), np.random.default_rng(42).permutation(50)
    expected = {"train": order[:40], "validation": order[40:45], "test": order[45:]}
    for part, numbers in expected.items():
        actual = vector_set(x, "mine", {}, Rows(part=part, share=0.8, validation=0.1, seed=42), "here")
        assert actual.index is not None
        assert actual.vectors is not None
        assert (sorted(numbers.tolist()), "int64") == (actual.index.tolist(), str(actual.index.dtype))
        assert x[np.sort(numbers)].tobytes() == actual.vectors.tobytes()


@pytest.mark.parametrize(("n", "share", "seed"), [(11, 0.6, 0), (50, 0.25, 7), (101, 0.333, 42)])
def test_without_a_validation_share_the_two_parts_are_those_of_before(
    n: int, share: float, seed: int
) -> None:
    """The rule that the committed evidence was made by: the first rounded share of the permutation."""
    order = np.random.default_rng(seed).permutation(n)
    trained, tested = (Rows(part=part, share=share, seed=seed).numbers(n) for part in ("train", "test"))
    assert trained is not None
    assert tested is not None
    assert np.sort(order[: round(share * n)]).tolist() == trained.tolist()
    assert np.sort(order[round(share * n) :]).tolist() == tested.tolist()


def test_a_limit_is_drawn_before_the_parts_are() -> None:
    """Twenty of 100 rows by the seed, of which 16, 2 and 2: together the twenty, and no row twice."""
    limited = Rows(limit=20, seed=42).numbers(100)
    assert limited is not None
    assert np.sort(np.random.default_rng(42).permutation(100)[:20]).tolist() == limited.tolist()
    keys: dict[str, Any] = {"share": 0.8, "validation": 0.1, "seed": 42, "limit": 20}
    parts = [Rows(part=part, **keys).numbers(100) for part in ("train", "validation", "test")]
    numbers = [part.tolist() for part in parts if part is not None]
    assert [16, 2, 2] == [len(part) for part in numbers]
    assert limited.tolist() == sorted(itertools.chain(*numbers))
    few = Rows(limit=20).numbers(9)
    assert few is not None
    assert list(range(9)) == few.tolist()


def test_a_set_of_all_rows_has_no_index() -> None:
    """The row numbers are those of the file as they stand."""
    assert vector_set(random_floats(9, 3), "mine", {}, Rows(), "here").index is None


def test_the_identity_of_older_suites_stays_what_it_was() -> None:
    """The seeds of their fits hang on it: a key that came later is said where it is used."""
    older = {"array": None, "part": "train", "share": 0.6, "seed": 0, "pairs": 4}
    assert older == Rows(part="train", pairs=4).identity()
    newer = Rows(part="train", validation=0.1, limit=30)
    assert {**older, "pairs": 0, "validation": 0.1, "limit": 30} == newer.identity()


def test_parts_follow_from_the_seed() -> None:
    """The same seed takes the same rows, another seed others; without a part all rows are taken."""
    x = random_floats(200, 3)
    assert taken(x, part="train").tobytes() == taken(x, part="train", seed=0).tobytes()
    assert taken(x, part="train").tobytes() != taken(x, part="train", seed=1).tobytes()
    assert 120 == len(taken(x, part="train"))  # 0.6 unless said otherwise
    assert x.tobytes() == taken(x).tobytes()


def test_what_is_in_one_part_does_not_depend_on_the_other_rows_values() -> None:
    """Rows are taken by their number: other vectors in the test part leave the training part as it is."""
    x = random_floats(50, 3)
    test = taken(np.arange(50.0, dtype=np.float32)[:, None] + [[1, 2]], part="test")[:, 0].astype(int) - 1
    other = x.copy()
    other[test] = -7
    assert taken(x, part="train").tobytes() == taken(other, part="train").tobytes()
    assert taken(x, part="test").tobytes() != taken(other, part="test").tobytes()


def test_pairs_of_rows_are_drawn_in_the_part_that_is_taken() -> None:
    """Three pairs a row of the part, each with another row of the part; none where none are asked for."""
    actual = vector_set(random_floats(40, 3), "mine", {}, Rows(part="test", pairs=3), "here")
    assert ((48, 2), None) == (actual.pairs.shape, actual.gold)
    assert [row for row in range(16) for _ in range(3)] == actual.pairs[:, 0].tolist()
    assert set(actual.pairs[:, 1].tolist()) <= set(range(16))
    assert (actual.pairs[:, 0] != actual.pairs[:, 1]).all()
    assert (0, 2) == vector_set(random_floats(40, 3), "mine", {}, Rows(), "here").pairs.shape


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"part": "dev"}, "part"),
        ({"share": 0}, "share"),
        ({"share": 1}, "share"),
        ({"pairs": -1}, "pairs"),
        ({"limit": 1}, "limit"),
        ({"share": 0.8, "validation": 0.2}, "less than 1 together"),
        ({"part": "validation"}, "expected the share of it under the key validation"),
    ],
)
def test_rows_that_make_no_sense_are_refused_by_name(fields: dict[str, Any], named: str) -> None:
    """Another part, all or none of the rows, fewer than no pairs, none to test on, no validation share."""
    with pytest.raises(ValidationError, match=named):
        Rows.model_validate(fields, strict=True)
