"""knn-recall of anti-hubs: of queries' exact k nearest rows that few others have so near, the share found.

An anti-hub is among the k nearest of at most k / 2 other rows (Radovanović, Nanopoulos, Ivanović 2010; the
mean row is among those of k; ``harness.evaluation.neighbor_lists.anti_hubs``). Pooled over queries, most of
which have few such neighbours, and bootstrapped as a quotient.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.evaluation.second_pass import ITEMS
from harness.statistics.requests import Estimates, Request

__all__ = ["HIGHER_IS_BETTER", "ITEMS", "REFERENCES", "RERUN_TOLERANCE", "UNIT", "compute", "needs"]

REFERENCES = ("10",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [(f"anti-hubs-found@{reference}",), (f"anti-hubs@{reference}",)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return found / all, point and resamples."""
    return estimate((f"anti-hubs-found@{reference}",)) / estimate((f"anti-hubs@{reference}",))
