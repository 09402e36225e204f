"""Spearman with human scores before the last step of a pipeline, minus that after it.

This is the cost of the last step alone: the steps before it are the same trained ones. The pipeline needs
``stages = true``.
"""

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
    return [("compressed", reference), ("stage", reference)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return before the last step - after it, point and resamples."""
    return estimate(("stage", reference)) - estimate(("compressed", reference))
