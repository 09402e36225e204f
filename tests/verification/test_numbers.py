"""When a stated number is the one computed again."""

from __future__ import annotations

import pytest

from harness.verification.numbers import LAST_DIGIT, ROUNDING, SAME, Tally


@pytest.mark.parametrize(
    ("stated", "computed", "metric", "agreement"),
    [
        (0.812345, 0.8123451, "spearman@human", SAME),
        (0.812345, 0.8123462, "spearman@human", LAST_DIGIT),
        (0.812345, 0.812349, "spearman@human", ROUNDING),
        (0.812345, 0.812351, "spearman@human", ""),
        (0.00123456, 0.0012385, "loss@human", ROUNDING),
        (1.23456e-06, 1.23457e-06, "squared-error@original", LAST_DIGIT),
        (1.23456e-06, 1.2346e-06, "squared-error@original", ""),
        (0.5, float("nan"), "spearman@human", ""),
        (0.0, 0.0, "spearman@human", SAME),
    ],
)
def test_numbers_agree_digit_by_digit(stated: float, computed: float, metric: str, agreement: str) -> None:
    """As printed, but for the last digit, or but for what float32 sums leave; else they do not."""
    tally = Tally()
    tally.compare("x.json", {"metric": metric, "value": stated}, {"value": computed})
    assert ([agreement] if agreement else []) == list(tally.agreeing)
    assert (1 - bool(agreement)) == len(tally.problems)


def test_a_number_that_differs_is_named_with_both() -> None:
    """One line: where, which, found, expected."""
    tally = Tally()
    tally.compare("x.json: a b c", {"metric": "loss@human", "low": 0.5}, {"low": 0.25})
    assert ["x.json: a b c: low: found 0.5, its scores come to 0.25"] == tally.problems
