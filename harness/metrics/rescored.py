"""overlap@10 of two stages: so many times ten candidates, ranked anew by the original vectors."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "queries"
REFERENCES = ("2", "4", "10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("rescored@" + reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate(("rescored@" + reference,))
