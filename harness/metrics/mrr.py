"""The mean reciprocal rank of the exact nearest neighbour; beyond the first hundred it counts 0."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "queries"
REFERENCES = ("100",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(_reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("reciprocal-rank",)]


def compute(estimate: Callable[[Request], Estimates], _reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate(("reciprocal-rank",))
