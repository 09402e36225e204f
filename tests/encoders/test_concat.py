"""Encoders side by side, and the columns that take a part out again: sums by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from harness.compressors import columns
from harness.encoders import concat
from harness.errors import InputError
from harness.types import Codec, PairSet, Place, Training

NOWHERE = Place(Path(), None, offline=True)
LEFT = np.array([[3, 4], [0, -2]], np.float32)
RIGHT = np.array([[0, 0, 5], [2, 3, 6]], np.float32)


def test_parts_are_scaled_to_unit_length_and_put_side_by_side() -> None:
    """(3, 4) has the length 5, (2, 3, 6) the length 7."""
    actual = concat.join([LEFT, RIGHT])
    expected = [[3 / 5, 4 / 5, 0, 0, 1], [0, -1, 2 / 7, 3 / 7, 6 / 7]]
    assert np.float32 == actual.dtype
    np.testing.assert_array_equal(actual, np.array(expected, np.float32))


def test_the_cosine_is_the_mean_of_the_parts_cosines() -> None:
    """Here (-0.8 + 6/7) / 2, whatever the parts' lengths."""
    for stretched in (1, 1000):
        a, b = concat.join([LEFT * stretched, RIGHT]).astype(np.float64)
        assert pytest.approx((-0.8 + 6 / 7) / 2, abs=1e-6) == a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_parts_have_to_have_the_same_rows_and_a_direction() -> None:
    """Other counts, and a zero vector."""
    with pytest.raises(InputError, match=r"concat: found parts of \[2, 1\] rows, expected as many in each"):
        concat.join([LEFT, RIGHT[:1]])
    with pytest.raises(InputError, match="concat: part 1: row 0 is a zero vector, expected a direction"):
        concat.join([LEFT, RIGHT * np.float32([[0], [1]])])


def test_a_suite_names_at_least_two_parts() -> None:
    """As a list, which is all that TOML has; nothing is encoded but by the parts."""
    params = concat.Params.model_validate({"dimension": 5, "parts": ["a", "b"]}, strict=True)
    assert ("a", "b") == params.parts
    assert concat.holds(params, "any")
    assert {"use": "concat"} == concat.locate(params, NOWHERE)
    with pytest.raises(ValidationError, match="parts"):
        concat.Params.model_validate({"dimension": 5, "parts": ["a"]}, strict=True)
    data = PairSet("mine", ("x", "y"), None, np.empty((0, 2), np.int64), None, {})
    with pytest.raises(InputError, match="mine: found the encoder concat, expected its parts a, b"):
        concat.encode(data, [0], params, NOWHERE)


# -- Columns


def _columns(**params: Any) -> Codec:
    train = Training(concat.join([LEFT, RIGHT]), np.empty((0, 2), np.int64), None)
    return columns.fit(train, columns.Params(**params), 0)


def test_columns_take_a_part_out_again() -> None:
    """Exactly as it was put in, in 4 bytes a column."""
    joined = concat.join([LEFT, RIGHT])
    for start, stop in ((0, 2), (2, 5), (1, 4)):
        codec = _columns(start=start, stop=stop)
        codes = codec.encode(joined)
        assert (2, 4 * (stop - start)) == codes.shape
        np.testing.assert_array_equal(codec.decode(codes), joined[:, start:stop])


def test_columns_that_are_not_there_are_refused() -> None:
    """None at all, or more than the vectors have."""
    with pytest.raises(ValidationError, match="start = 3: expected less than stop = 3"):
        columns.Params(start=3, stop=3)
    with pytest.raises(InputError, match="columns: found stop = 6, expected at most 5"):
        _columns(stop=6)
