"""Weights come from names and sizes; shares of seeds, intervals and p from resamples."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics import bootstrap


def test_every_resample_draws_as_many_units_as_there_are() -> None:
    """Weights are counts of n draws, one column a resample."""
    counts = bootstrap.weights("sts", 137)
    assert (137, bootstrap.RESAMPLES) == counts.shape
    assert np.uint8 == counts.dtype
    assert {137} == set(counts.sum(axis=0, dtype=int).tolist())


def test_weights_are_those_of_draws_with_replacement() -> None:
    """Each count has the mean 1 and the variance (n - 1)/n of a multinomial draw."""
    counts = bootstrap.weights("sts", 50).astype(float)
    # 5,000 x 50 counts: the standard error of the mean square is about sqrt(Var((w-1)^2)/2.5e5) = 0.004
    assert abs(counts.var() - 49 / 50) < 0.015
    # and every unit is drawn alike: the mean over resamples has the standard error sqrt(0.98/5e3) = 0.014
    assert np.abs(counts.mean(axis=1) - 1).max() < 0.06


def test_weights_come_from_name_and_size_alone() -> None:
    """The same group gives the same weights in any process, another gives others."""
    first = bootstrap.weights("sts", 40).copy()
    bootstrap.weights.cache_clear()
    np.testing.assert_array_equal(bootstrap.weights("sts", 40), first)
    assert not np.array_equal(bootstrap.weights("other", 40), first)


def test_seeds_are_drawn_with_replacement() -> None:
    """Shares add to 1; of three seeds one is drawn alone in 1 of 9 resamples."""
    shares = bootstrap.seed_weights("a", 3)
    assert pytest.approx(np.ones(bootstrap.RESAMPLES)) == shares.sum(axis=1)
    assert (shares == 1).any(axis=1).mean() == pytest.approx(1 / 9, abs=0.01)
    assert not np.array_equal(shares, bootstrap.seed_weights("b", 3))


def test_one_seed_is_the_whole_mean() -> None:
    """Nothing is drawn where there is nothing to choose from."""
    assert {1.0} == set(bootstrap.seed_weights("a", 1).ravel().tolist())


def test_the_interval_leaves_out_what_is_undefined() -> None:
    """The middle 95 % of 0 … 1000 is 25 … 975, however many values beside them are no numbers."""
    assert (25.0, 975.0) == bootstrap.interval(np.concatenate([np.arange(1001.0), [np.nan, np.inf]]))


@pytest.mark.parametrize(
    ("below", "zeros", "above", "p"),
    [(0, 0, 999, 2 / 1000), (24, 0, 975, 2 * 25 / 1000), (0, 999, 0, 1.0), (500, 0, 499, 1.0)],
    ids=["all above", "24 below", "all equal", "half and half"],
)
def test_a_p_is_twice_the_share_on_the_far_side(below: int, zeros: int, above: int, p: float) -> None:
    """One more is counted than are there, as the sample itself is one of its resamples."""
    resamples = np.concatenate([np.full(below, -1.0), np.zeros(zeros), np.ones(above)])
    assert p == pytest.approx(bootstrap.p_value(resamples))
