"""Correlations of many series in every resample: the very bits of ``harness.statistics.reranking``."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics import reranking
from harness.statistics.bootstrap import RESAMPLES, interval, weights
from harness.statistics.estimates import summary
from harness.types import Doubles
from harness.verification import reranked
from harness.verification.summaries import summaries

PAIRS = [("compressed", "human"), ("compressed", "original"), ("original", "human"), ("flat", "human")]


def series(items: int) -> dict[str, Doubles]:
    """Return human scores with ties, two series without and one that is constant."""
    rng = np.random.default_rng(items)
    return {
        "human": np.round(rng.random(items) * 5),
        "original": rng.random(items),
        "compressed": np.round(rng.random(items), 2),
        "flat": np.ones(items),
    }


@pytest.mark.parametrize(("items", "units"), [(3, 3), (40, 40), (333, 200), (2_500, 1_900)])
def test_the_bits_are_those_of_each_cell_alone(items: int, units: int) -> None:
    """With ties, with clusters of items, in blocks of any size; undefined where a series is constant."""
    values, members = series(items), np.random.default_rng(1).integers(units, size=items)
    counts = weights(f"{items} items", units)
    alone = reranking.correlations(values, PAIRS, counts, members)
    names = list(values)
    places = [(names.index(a), names.index(b)) for a, b in PAIRS]
    together = reranked.correlations(list(values.values()), places, counts, members)
    for pair, resampled in zip(PAIRS, together, strict=True):
        assert alone[pair].tobytes() == resampled.tobytes(), pair


def test_resamples_of_more_items_than_16_bits_hold_are_ranked_as_well() -> None:
    """Each unit drawn 255 times: 51,000 items, which int16 cannot count."""
    values, members = series(200), np.arange(200)
    counts = np.full((200, RESAMPLES), 255, np.uint8)
    counts[0] = np.arange(RESAMPLES) % 200
    alone = reranking.correlations(values, PAIRS[:1], counts, members)[PAIRS[0]]
    (together,) = reranked.correlations([values["compressed"], values["human"]], [(0, 1)], counts, members)
    assert alone.tobytes() == together.tobytes()


def test_no_pairs_are_no_work() -> None:
    """An empty array of as many resamples."""
    assert (0, RESAMPLES) == reranked.correlations([], [], weights("x", 3), np.arange(3)).shape


def test_summaries_are_those_of_each_estimate_alone() -> None:
    """Whole resamples, undefined ones among them, and an interval that would miss its point."""
    rng = np.random.default_rng(0)
    estimates = [rng.random(1 + RESAMPLES) for _ in range(3)]
    estimates[1][7] = np.nan
    estimates[2][0] = 2.0
    assert [summary(each) for each in estimates] == summaries(estimates)
    assert interval(estimates[0][1:]) == summaries(estimates)[0][1:3]
    assert [] == summaries([])
