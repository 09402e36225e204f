"""What an index finds, against an exhaustive search of the same compressed vectors: fidelity of the index.

It says nothing of the compression: an index that is exact on worthless vectors has 1.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "index"
REFERENCES = ("recall@1", "recall@10", "overlap@1", "overlap@10", "ndcg@10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("vs-student " + reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate(("vs-student " + reference,))
