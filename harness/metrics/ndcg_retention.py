"""The share of the uncompressed vectors' nDCG on judged documents that is left after compression.

Bootstrapped as a quotient over queries, resample by resample.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.requests import Estimates, Request

ITEMS = "judged"
REFERENCES = ("10",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [(f"ndcg@{reference}",), (f"original ndcg@{reference}",)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return after / before, point and resamples."""
    return estimate((f"ndcg@{reference}",)) / estimate((f"original ndcg@{reference}",))
