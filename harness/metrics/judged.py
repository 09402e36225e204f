"""Retrieval of judged documents, query by query by ir-measures (trec_eval), mean over queries.

``ndcg@10`` with the grades as gains (Järvelin and Kekäläinen 2002), ``recall@100`` of the relevant documents.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "judged"
REFERENCES = ("ndcg@10", "recall@100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02


def needs(reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [(reference,)]


def compute(estimate: Callable[[Request], Estimates], reference: str) -> Estimates:
    """Return the mean over queries, point and resamples."""
    return estimate((reference,))
