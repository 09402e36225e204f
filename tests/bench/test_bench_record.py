"""Records of measurements: medians, ratios repeat by repeat, targets, and reasons where one is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.invented_bench import invented_bench

from harness.bench.record import at_least, at_most, measurement, rates, seconds
from harness.errors import InputError
from harness.evidence.schema.bench import Baseline, Range, parse_bench


def test_works_take_turns_after_warming_up() -> None:
    """Two works, one warm-up and two repeats: each in turn, and seconds of the repeats alone."""
    order: list[str] = []
    taken = seconds(lambda: order.append("a"), lambda: order.append("b"), repeats=2)
    assert ["a", "b"] * 3 == order
    assert [2, 2] == [len(each) for each in taken]
    assert all(x >= 0 for each in taken for x in each)


def test_a_ratio_is_the_median_of_the_repeats_ratios() -> None:
    """Of 1 / 1, 10 / 5 and 4 / 8 it is 1; the median of the values over that of the baselines is 4 / 5."""
    each = measurement("a", "x", "s", [1.0, 10.0, 4.0], ("b", [1.0, 5.0, 8.0]))
    assert Range(median=4.0, low=1.0, high=10.0) == each.value
    assert Baseline(name="b", value=Range(median=5.0, low=1.0, high=8.0)) == each.baseline
    assert Range(median=1.0, low=0.5, high=2.0) == each.ratio
    assert 3 == each.repeats


@pytest.mark.parametrize(
    ("target", "met", "reason"),
    [
        (at_least(2, "t"), True, ""),
        (at_least(2.1, "t"), False, "why"),
        (at_most(2, "t"), True, ""),
        (at_most(1.9, "t"), False, "why"),
        (None, None, ""),
    ],
)
def test_a_target_is_of_the_ratio_and_a_reason_is_for_a_miss(target: Any, met: Any, reason: str) -> None:
    """Ratio 2, of 8 over 4; the bound itself meets it."""
    each = measurement("a", "x", "s", [8.0], ("b", [4.0]), target, "why")
    assert (met, reason) == (each.met, each.reason)
    assert met is None or measurement("a", "x", "s", [2.0], None, target, "why").met is met


def test_rates_are_items_over_seconds() -> None:
    """Ten items in 2 s and in 4 s."""
    assert [5.0, 2.5] == rates(10, [2.0, 4.0])


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda m: m[0]["value"].update(low=5.5), "measurements.0.value: found 5.5 … 5 … 6, expected low <="),
        (
            lambda m: m[0].update(ratio=None),
            "sign: expected a ratio and a baseline, or neither",
        ),
        (lambda m: m[0].update(reason="x"), "measurements.0: sign: found a reason, expected none"),
        (lambda m: m.append(m[0]), "measurements: found a name twice"),
        (lambda m: m.clear(), "measurements"),
    ],
)
def test_a_bench_that_is_none_is_refused_with_its_place(edit: Any, line: str) -> None:
    """One line: file, place, what was found and what is right."""
    content = invented_bench().model_dump(mode="json", by_alias=True)
    edit(content["measurements"])
    with pytest.raises(InputError) as refused:
        parse_bench(Path("bench/invented.json"), content)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_bench_answers_to_its_place() -> None:
    """The name is that of its file."""
    content = invented_bench().model_dump(mode="json", by_alias=True)
    assert invented_bench() == parse_bench(Path("bench/invented.json"), content)
    with pytest.raises(InputError, match="name: found 'invented', expected 'x', as its place"):
        parse_bench(Path("bench/x.json"), content)
