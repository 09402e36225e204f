"""Percentiles and shares of items: worked by hand, and resample by resample as NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics import bootstrap
from harness.statistics.clusters import independent
from harness.statistics.percentiles import percentile, share

N = 60
SAMPLE = independent("percentiles", N)
COUNTS = bootstrap.weights("percentiles", N)
ALL = np.ones(N, bool)


def test_a_percentile_is_a_value_that_some_item_has() -> None:
    """Of 20 items 5 % is one: the lowest; of 21 it is more than one, and the second lowest."""
    for items, expected in ((20, 0.0), (21, 1.0), (40, 1.0), (41, 2.0)):
        values = np.arange(float(items))[::-1]
        actual = percentile(independent("some", items), values, np.ones(items, bool), 5)
        assert expected == actual[0], items


@pytest.mark.parametrize("tied", [False, True])
def test_every_resample_is_numpys(*, tied: bool) -> None:
    """The inverse of the distribution function of the drawn items, with ties and without."""
    values = np.random.default_rng(0).random(N)
    values = np.round(values, 1) if tied else values
    mask = np.arange(N) % 3 > 0
    actual = percentile(SAMPLE, values, mask, 5)
    assert (1 + bootstrap.RESAMPLES,) == actual.shape
    assert np.quantile(values[mask], 0.05, method="inverted_cdf") == actual[0]
    for i in range(0, 400, 7):
        drawn = np.repeat(values[mask], COUNTS[mask, i])
        assert np.quantile(drawn, 0.05, method="inverted_cdf") == actual[1 + i]


def test_a_share_is_that_of_the_items_drawn() -> None:
    """12 of 60, then what each resample draws of them; of the items that count alone."""
    counted = np.arange(N) < 12
    actual = share(SAMPLE, counted, ALL)
    assert 0.2 == actual[0]
    expected = COUNTS[:12].sum(axis=0, dtype=int) / N
    np.testing.assert_allclose(actual[1:], expected, rtol=1e-12)
    half = share(SAMPLE, counted, np.arange(N) < 24)
    assert 0.5 == half[0]


def test_a_resample_without_an_item_that_counts_is_undefined() -> None:
    """One item of 60 is missing from 36 % of the resamples: there is no percentile and no share of none."""
    mask = np.arange(N) == 7
    none = COUNTS[7] == 0
    assert none.any()
    for values in (percentile(SAMPLE, np.arange(float(N)), mask, 5), share(SAMPLE, ALL, mask)):
        np.testing.assert_array_equal(np.isnan(values[1:]), none)
