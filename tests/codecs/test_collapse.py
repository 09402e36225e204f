"""What a checkpoint tells of mapped rows: worked by hand, and each way in which they can collapse."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.collapse import checked
from harness.errors import InputError
from harness.types import Floats


def _pairs(seed: int = 0) -> tuple[Floats, Floats]:
    left, right = np.random.default_rng(seed).standard_normal((2, 500, 16)).astype(np.float32)
    return left, right


def test_a_record_by_hand() -> None:
    """Norms 1, 2, 3, 5 have mean 2.75, variance 2.1875; cosines 0 and 0.8 have mean and deviation 0.4."""
    left = np.array([[1, 0], [3, 4]], np.float32)
    right = np.array([[0, 2], [0, 3]], np.float32)
    record = checked(7, 1.5, left, right)
    expected = {
        "step": 7.0,
        "loss": 1.5,
        "norm_mean": 2.75,
        "norm_std": np.sqrt(2.1875),
        "cosine_mean": 0.4,
        "cosine_std": 0.4,
        "collapse_suspect": 0.0,
    }
    assert pytest.approx(expected) == record


def test_spread_directions_are_not_suspect() -> None:
    """Normal rows of 16 dimensions have cosines of standard deviation 1 / 4."""
    record = checked(1, 0.0, *_pairs())
    assert pytest.approx(0.25, rel=0.1) == record["cosine_std"]
    assert 0 == record["collapse_suspect"]


def test_rows_that_share_a_direction_are_suspect() -> None:
    """Ten added to every component makes cosines close to 1."""
    left, right = _pairs()
    record = checked(1, 0.0, left + 10, right + 10)
    assert record["cosine_mean"] > 0.9
    assert 1 == record["collapse_suspect"]


def test_rows_that_are_all_equally_alike_are_suspect() -> None:
    """Rows at right angles to each other have cosines 0, and no spread among them."""
    record = checked(1, 0.0, np.eye(8, dtype=np.float32)[:4], np.eye(8, dtype=np.float32)[4:])
    assert (0, 0) == (record["cosine_mean"], record["cosine_std"])
    assert 1 == record["collapse_suspect"]


@pytest.mark.parametrize("scale", [0, 1e-5])
def test_rows_that_go_to_zero_are_suspect(scale: float) -> None:
    """Norms of about 4e-5 are too short to tell directions from rounding, and zero rows have the cosine 0."""
    left, right = _pairs()
    record = checked(1, 0.0, np.float32(scale) * left, np.float32(scale) * right)
    assert 1 == record["collapse_suspect"]
    assert np.isfinite(list(record.values())).all()


def test_what_is_not_finite_is_refused() -> None:
    """A loss or row that is NaN or infinite names its step, rather than entering a record."""
    left, right = _pairs()
    with pytest.raises(InputError, match="not finite at step 3"):
        checked(3, float("nan"), left, right)
    with pytest.raises(InputError, match="not finite at step 4"):
        checked(4, 0.0, left * np.float32(np.inf), right)
