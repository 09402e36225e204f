"""Spearman with human scores before compression minus that after it: positive where compression hurts."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.requests import Estimates, Request

ITEMS = "pairs"
REFERENCES = ("human",)
UNIT = "fraction"
HIGHER_IS_BETTER = False
RERUN_TOLERANCE = 0.01


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("compressed", reference), ("original", reference)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return before - after, point and resamples."""
    return estimate(("original", reference)) - estimate(("compressed", reference))
