"""nDCG of the ranking found, the exact k nearest neighbours being relevant, the nearest most."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "queries"
REFERENCES = ("10", "50")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("ndcg@" + reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate(("ndcg@" + reference,))
