"""The advice by its rule, and each warning by its own: configurations with numbers set by hand."""

from __future__ import annotations

from typing import Any

import pytest

from harness.audit.advice import advice
from harness.audit.candidates import UNTRAINED, candidates
from harness.audit.cost import Sizes, estimate, plan
from harness.audit.frontier import Question
from harness.audit.target import parse_target
from harness.evidence.schema.audit_frontier import (
    AuditSizes,
    Configuration,
    Guard,
    MetricValue,
    PlannedStep,
)

METRIC = "knn-recall@10"
ROWS = 1_000


def _value(value: float, half: float = 0.01) -> MetricValue:
    return MetricValue(metric=METRIC, value=value, low=value - half, high=value + half, n=500)


def _configuration(
    name: str, size: int, value: float, *, better: bool | None = None, **more: Any
) -> Configuration:
    """Return a configuration; ``better``: whether it beats its baseline, None if it is untrained."""
    guard = None
    if better is not None:
        difference = MetricValue(metric=METRIC, value=0.1, low=0.05, high=0.15, n=500)
        guard = Guard(baseline="plain", metric=METRIC, difference=difference, required=0.06, better=better)
    fields: dict[str, Any] = {
        "id": name,
        "pipeline": "sign",
        "steps": [PlannedStep(use="sign", params={})],
        "family": "sign",
        "trained": better is not None,
        "query": "compressed",
        "sizes": AuditSizes(
            payload_bytes=size,
            side_bytes=0,
            bytes_per_vector=size,
            state_bytes=0,
            amortised_bytes=size,
            corpus_bytes=size * ROWS,
            original_bytes=400,
            ratio=400 / size,
        ),
        "values": [_value(value)],
        "rescored": [],
        "tail": None,
        "prediction": None,
        "guard": guard,
        "pareto": True,
        "decided_by": _value(value),
        "meets_target": value - 0.01 >= 0.9,
        "within_budget": True,
    }
    return Configuration(**{**fields, **more})


def _question(target: str = f"{METRIC} >= 0.9", budget: float | None = None) -> Question:
    return Question(parse_target(target), budget, ROWS, predict=False)


PLAIN, TRAINED, LARGE = (
    _configuration("plain", 64, 0.85),
    _configuration("trained", 80, 0.95, better=True),
    _configuration("large", 128, 0.97),
)


def test_the_cheapest_whose_lower_bound_meets_the_target_is_taken() -> None:
    """A point above the target is not enough: 0.905 with a lower bound of 0.895 misses it."""
    close = _configuration("close", 70, 0.905)
    advised = advice([PLAIN, close, TRAINED, LARGE], _question(), [])
    assert ("trained", None) == (advised.recommended, advised.nearest)
    assert "80 bytes a vector, 5 times smaller than float32" in advised.sentence
    assert "0.950 [0.940, 0.960] on held-out rows, which meets knn-recall@10 >= 0.9." in advised.sentence


def test_a_trained_one_that_does_not_beat_the_untrained_is_not_taken() -> None:
    """The next that may be taken is larger and untrained."""
    same = _configuration("same", 80, 0.95, better=False)
    assert "large" == advice([PLAIN, same, LARGE], _question(), []).recommended


def test_where_none_meets_the_target_the_advice_says_so_and_names_the_nearest() -> None:
    """The nearest has the highest lower bound."""
    advised = advice([PLAIN, _configuration("other", 32, 0.6)], _question(), [])
    assert (None, "plain") == (advised.recommended, advised.nearest)
    assert advised.sentence.startswith("No configuration meets knn-recall@10 >= 0.9. The nearest is")


def test_with_a_budget_alone_the_best_within_it_is_taken() -> None:
    """The largest is out of it; of equal bounds the smaller wins."""
    target = parse_target(f"{METRIC} >= 0.9")
    question = Question(type(target)(METRIC, None, 10, "", default=True), 100.0, ROWS, predict=False)
    outside = LARGE.model_copy(update={"within_budget": False})
    equal = _configuration("equal", 72, 0.95)
    assert "equal" == advice([PLAIN, equal, TRAINED, outside], question, []).recommended


def test_every_class_of_bytes_has_trained_and_untrained_candidates() -> None:
    """From 8 bytes to a byte a dimension, smallest first."""
    listed = candidates(384)
    sizes = [each.bytes for each in listed]
    assert sizes == sorted(sizes)
    for size in (8, 16, 32, 64, 128, 256):
        kinds = {each.trained for each in listed if each.bytes == size}
        assert {True, False} == kinds, size
    assert len(listed) == len({each.text for each in listed})
    assert {"sign", "scalar"} <= UNTRAINED


def test_a_plan_fits_the_time_and_gives_up_trained_ones_first() -> None:
    """With less time fewer are chosen; what is chosen is measured from the fastest on."""
    sizes = Sizes(train=10_000, corpus=20_000, queries=500, dimension=384, levels=0)
    whole, short = (plan(candidates(384), sizes, seconds) for seconds in (1e6, 60.0))
    assert not whole.left_out
    assert short.seconds <= 60
    assert short.left_out
    assert all(each.trained for each in short.left_out)
    costs = [estimate(each, sizes) for each in short.chosen]
    assert costs == sorted(costs)


@pytest.mark.parametrize("factor", [2, 10])
def test_more_rows_take_longer(factor: int) -> None:
    """Every estimate grows with the corpus and with the training rows."""
    small = Sizes(train=1_000, corpus=1_000, queries=500, dimension=64, levels=0)
    large = Sizes(train=factor * 1_000, corpus=factor * 1_000, queries=500, dimension=64, levels=4)
    for each in candidates(64):
        assert estimate(each, small) < estimate(each, large), each.text
