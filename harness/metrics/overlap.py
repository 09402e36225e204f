"""The share of the exact k nearest neighbours that are among the first k found (k-recall@k)."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "queries"
REFERENCES = ("1", "10", "50", "100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("overlap@" + reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate(("overlap@" + reference,))
