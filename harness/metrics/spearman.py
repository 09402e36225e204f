"""Spearman's rank correlation of the cosines after compression with a reference.

``spearman@human``: with the human scores; ``spearman@original``: with the cosines before compression.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "pairs"
REFERENCES = ("human", "original")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.01


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("compressed", reference)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the correlation, point and resamples."""
    return estimate(("compressed", reference))
