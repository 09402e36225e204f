"""Spearman with human scores after compression, divided by that before.

The quotient is bootstrapped resample by resample; it is not the quotient of two intervals.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.requests import Estimates, Request

ITEMS = "pairs"
REFERENCES = ("human",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.015


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("compressed", reference), ("original", reference)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return after / before, point and resamples."""
    return estimate(("compressed", reference)) / estimate(("original", reference))
