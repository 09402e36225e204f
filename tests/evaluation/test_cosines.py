"""Cosines of pairs of rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import InputError
from harness.evaluation.cosines import cosines


def test_cosines_are_those_worked_by_hand() -> None:
    """A cosine is the scalar product over the norms."""
    left = np.array([[3, 4], [1, 0], [2, 0]], np.float32)
    right = np.array([[4, 3], [0, 5], [-7, 0]], np.float32)
    # (3 4 + 4 3) / (5 5) = 0.96; right angle: 0; opposite: -1
    np.testing.assert_allclose(cosines(left, right, "here"), [0.96, 0, -1], rtol=1e-7)


def test_cosines_do_not_change_with_length() -> None:
    """Vectors of norm 1e-5 and 1e5 have the cosine of their directions."""
    left = np.array([[3e-5, 4e-5]], np.float32)
    right = np.array([[4e5, 3e5]], np.float32)
    np.testing.assert_allclose(cosines(left, right, "here"), [0.96], rtol=1e-6)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_have_no_cosine(number: float) -> None:
    """Such as a codec may decode: an error, no value."""
    left = np.array([[1, 0], [0, number]], np.float32)
    with pytest.raises(InputError, match=r"^cell: sts: pair 1 has NaN or infinity, expected a direction"):
        cosines(left, np.ones((2, 2), np.float32), "cell: sts")


def test_a_vector_without_direction_has_no_cosine() -> None:
    """A zero vector is an error that names the data and the pair."""
    left = np.array([[1, 0], [0, 0]], np.float32)
    with pytest.raises(InputError, match=r"^cell: sts: pair 1 has a vector of norm 0"):
        cosines(left, np.ones((2, 2), np.float32), "cell: sts")
