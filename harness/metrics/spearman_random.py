"""Spearman of cosines after compression with those before, on pairs of rows drawn at random.

Pairs that people rate are often close ones; this is the same question for any two rows of a set.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "random-pairs"
REFERENCES = ("original",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.01


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("compressed", reference)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the correlation, point and resamples."""
    return estimate(("compressed", reference))
