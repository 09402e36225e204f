"""The rule that decides whether a claim holds, and whether its number is reproduced."""

from __future__ import annotations

from typing import Any

import pytest

from report.verdicts.claim_rows import PublishedRow
from report.verdicts.rule import number, verdict


def a_row(rule: Any = "at least", **changes: Any) -> PublishedRow:
    """Return a row that publishes 95 %, printed without decimals."""
    row = PublishedRow(
        row="kept", what="retention", published=0.95, printed="~95%", precision=0.005, rule=rule,
        pipeline="lens-pq", point="117x", dataset="sts12-16", metric="retention@human",
        trains=["stsb-test"], protocols=["as-published"],
    )  # fmt: skip
    return row.model_copy(update=changes)


@pytest.mark.parametrize(
    ("rule", "value", "low", "high", "expected"),
    [
        ("at least", 0.96, 0.95, 0.97, "HOLDS"),
        ("at least", 0.96, 0.945, 0.97, "HOLDS"),  # 0.945 prints as 95 without decimals
        ("at least", 0.96, 0.944, 0.97, "INCONCLUSIVE"),  # the value alone is past the bound
        ("at least", 0.94, 0.93, 0.945, "INCONCLUSIVE"),
        ("at least", 0.94, 0.93, 0.944, "FAILS"),
        ("at most", 0.90, 0.89, 0.955, "HOLDS"),
        ("at most", 0.90, 0.89, 0.956, "INCONCLUSIVE"),
        ("at most", 0.96, 0.955, 0.97, "INCONCLUSIVE"),
        ("at most", 0.96, 0.956, 0.97, "FAILS"),
        ("equal", 0.953, 0.90, 1.0, "HOLDS"),  # it prints the same; the interval decides nothing
        ("equal", 0.955, 0.95, 0.96, "HOLDS"),
        ("equal", 0.96, 0.94, 0.97, "INCONCLUSIVE"),
        ("equal", 0.96, 0.955, 0.97, "INCONCLUSIVE"),
        ("equal", 0.99, 0.956, 1.0, "FAILS"),
        ("equal", 0.90, 0.80, 0.944, "FAILS"),
    ],
)
def test_a_verdict_follows_from_rule_value_and_interval(
    rule: str, value: float, low: float, high: float, expected: str
) -> None:
    """The whole interval on the claimed side, on the other, or the bound inside; equality by its print."""
    assert expected == verdict(a_row(rule), value, low, high)


@pytest.mark.parametrize("rule", ["at least", "at most"])
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.94, 0.96, "REPRODUCED"),
        (0.955, 0.97, "REPRODUCED"),  # widened by half a digit, it reaches 0.95
        (0.90, 0.945, "REPRODUCED"),
        (0.956, 0.97, "ABOVE"),
        (0.90, 0.944, "BELOW"),
    ],
)
def test_a_number_is_reproduced_on_both_sides_whatever_the_claim_asks(
    rule: str, low: float, high: float, expected: str
) -> None:
    """A value far above 'at least 95 %' holds the claim and does not reproduce its number."""
    assert expected == number(a_row(rule), low, high)


def test_a_loss_is_above_or_below_as_it_is_printed() -> None:
    """A loss of 8.6 points prints as −8.6 and stands below a published −5.1."""
    row = a_row("at most", published=0.051, precision=0.0005, scale=-100.0, printed="−5.1%")
    assert ("BELOW", "ABOVE") == (number(row, 0.076, 0.095), number(row, 0.01, 0.02))


def test_a_bound_between_two_floats_is_no_accident_of_rounding() -> None:
    """0.939 - 0.0005 is a little less or more than 0.9385 in binary: a value of 0.9385 is at the bound."""
    row = a_row(published=0.939, precision=0.0005)
    assert "HOLDS" == verdict(row, 0.94, 0.9385, 0.95)
    assert "FAILS" == verdict(row, 0.93, 0.92, 0.938499999)
