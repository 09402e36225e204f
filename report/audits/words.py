"""What an audit's metrics, sources and statistics are called on its page."""

from __future__ import annotations

from collections.abc import Iterable

MEANINGS = {
    "knn-recall": "share of the k nearest neighbours before compression that are among the k nearest after",
    "tolerant-knn-recall": "the same, where neighbours whose cosine is within a tolerance of the k-th count"
    " as well",
    "spearman": "rank correlation of the cosines of pairs, after compression, with those before, or with"
    " human scores",
    "retention": "Spearman with human scores after compression, over that before",
    "ndcg": "normalised discounted cumulative gain of the judged documents",
    "ndcg-retention": "ndcg after compression, over that before",
}
# Metrics that compare with the vectors before compression: their value before it is 1.
_RELATIVE = ("knn-recall", "tolerant-knn-recall", "spearman@original", "retention", "ndcg-retention")


def meanings(metrics: Iterable[str]) -> dict[str, str]:
    """Return what metrics are, by name without '@…', each once.

    >>> list(meanings(["knn-recall@1", "knn-recall@10"]))
    ['knn-recall']
    """
    names = dict.fromkeys(metric.partition("@")[0] for metric in metrics)
    return {name: MEANINGS[name] for name in names if name in MEANINGS}


def relative(metric: str) -> bool:
    """Return whether a metric is 1 before compression by definition."""
    return metric.startswith(_RELATIVE)


def rescoring(metric: str) -> str:
    """Return how many candidates a rescored metric reranks.

    >>> rescoring("rescored@4")
    '4 k'
    """
    return f"{metric.partition('@')[2]} k"
