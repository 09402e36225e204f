"""End-to-end recall: what an index finds, against the exact neighbours of the uncompressed vectors.

It covers compression and index together. Its references are those of exhaustive search: knn-recall@k,
success@k, knn-ndcg@k, and rescored@t after a second stage. ``vs-student`` measures the index alone.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "index"
REFERENCES = (
    "success@1",
    "success@10",
    "knn-recall@1",
    "knn-recall@10",
    "knn-ndcg@10",
    "rescored@2",
    "rescored@4",
    "rescored@10",
)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("vs-teacher {reference}")
