"""The quality of retrieval of judged documents after compression, divided by that before.

Bootstrapped as a quotient over queries, resample by resample.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.requests import Estimates, Request

ITEMS = "judged"
REFERENCES = ("ndcg@10", "recall@100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [(reference,), ("original " + reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return after / before, point and resamples."""
    return estimate((reference,)) / estimate(("original " + reference,))
