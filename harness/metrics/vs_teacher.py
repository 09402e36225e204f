"""End-to-end recall: an index over compressed vectors against the exact neighbours of the original ones.

``overlap@10`` is the share of the ten exact neighbours, which ANN benchmarks call recall@10. ``rescored@t``
is that share after a second stage has reranked the first 10 t by the original vectors.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "index"
REFERENCES = (
    "recall@1",
    "recall@10",
    "overlap@1",
    "overlap@10",
    "ndcg@10",
    "rescored@2",
    "rescored@4",
    "rescored@10",
)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("vs-teacher {reference}")
