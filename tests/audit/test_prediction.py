"""Prediction at full size: on planted vectors its interval covers what is measured at 64 times the rows."""

from __future__ import annotations

import numpy as np
import pytest

from harness.audit.measuring import HeldOut, Truth, _by_level, levels_of
from harness.audit.neighbors import TIE, kth_largest, similarities, top
from harness.audit.prediction import predict
from harness.evaluation.knn import unit
from harness.types import Doubles, Floats

ROWS, SMALL, D, K = 64_000, 2_000, 24, 10


def _planted(rows: int, seed: int, decay: float) -> Floats:
    """Return unit vectors whose spread falls along the axes as a power of their number."""
    spread = np.arange(1, D + 1) ** (-decay / 2)
    normal = np.random.default_rng(seed).standard_normal((rows, D), dtype=np.float32)
    return unit((normal * spread).astype(np.float32))


def _rounded(vectors: Floats, bits: int) -> Floats:
    step = np.float32(2.0 ** -(bits - 1))
    return unit(np.round(vectors / step + np.float32(0.5)) * step - np.float32(0.5) * step)


def _levels(queries: Floats, rows: Floats, bits: int, levels: tuple[int, ...]) -> Doubles:
    exact = similarities(queries, rows, None)
    data = HeldOut(rows, queries, None, exact, (K,), levels)
    return _by_level(data, Truth(data, K), similarities(_rounded(queries, bits), _rounded(rows, bits), None))


@pytest.mark.parametrize(("seed", "decay", "bits"), [(0, 0.5, 4), (1, 1.0, 4), (2, 1.0, 3), (3, 2.0, 4)])
def test_the_interval_covers_what_new_queries_measure(seed: int, decay: float, bits: int) -> None:
    """Fitted to sizes up to 2,000 rows; measured at 64,000 with queries that the prediction never had."""
    vectors = _planted(ROWS + 400, seed, decay)
    old, new, rows = vectors[:200], vectors[200:400], vectors[400:]
    levels = levels_of(SMALL, K)
    by_level = _levels(old, rows[:SMALL], bits, levels)
    prediction = predict("knn-recall@10", levels, by_level, SMALL, ROWS, K, f"planted {seed}")
    exact = similarities(new, rows, None)
    best = top(similarities(_rounded(new, bits), _rounded(rows, bits), None), exact, K)
    measured = float(best.recall(kth_largest(exact, K) - TIE, K).mean())
    assert prediction.low <= measured <= prediction.high
    assert measured < by_level[-1].mean()  # there is a fall to predict
    assert prediction.value < by_level[-1].mean()


def test_the_largest_size_is_held_out_and_its_miss_widens_the_interval() -> None:
    """A fall that steepens at the end: the check misses it, and the interval says how far."""
    levels = (250, 500, 1_000, 2_000, 4_000)
    smooth = np.array([[0.9], [0.88], [0.86], [0.84], [0.82]]) + np.linspace(-0.05, 0.05, 200)
    steep = smooth.copy()
    steep[3:] -= np.array([[0.1], [0.3]])
    predictions = [
        predict("knn-recall@10", levels, each, 4_000, 64_000, K, "levels") for each in (smooth, steep)
    ]
    checks = [each.hold_out for each in predictions]
    assert [True, False] == [check.covered for check in checks]
    assert [levels[:3]] * 2 == [tuple(check.fitted) for check in checks]
    assert pytest.approx(0.52) == checks[1].measured
    below = [each.value - each.low for each in predictions]
    assert below[1] > 3 * below[0]


def test_a_prediction_at_the_measured_size_is_what_was_measured() -> None:
    """No distance in log N, no widening: the interval is that of the queries."""
    levels = (250, 500, 1_000, 2_000)
    by_level = np.array([[0.9], [0.88], [0.86], [0.84]]) + np.linspace(-0.1, 0.1, 400)
    prediction = predict("knn-recall@10", levels, by_level, 2_000, 2_000, K, "levels")
    assert pytest.approx(0.84, abs=0.005) == prediction.value
    assert prediction.low < 0.84 < prediction.high
    assert prediction.high - prediction.low < 0.04


def test_equal_inputs_give_equal_predictions() -> None:
    """Resamples are seeded by name."""
    levels = (250, 500, 1_000, 2_000)
    by_level = np.random.default_rng(0).random((4, 100))
    once, again = (predict("m", levels, by_level, 2_000, 10**6, K, "same") for _ in range(2))
    assert once == again


def test_perfect_recall_stays_below_one() -> None:
    """A value of 1 on few queries cannot be told from slightly less."""
    prediction = predict("m", (250, 500, 1_000, 2_000), np.ones((4, 100)), 2_000, 10**6, K, "ones")
    assert prediction.low < prediction.value < 1
