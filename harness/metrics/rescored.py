"""knn-recall@10 of two-stage search: the original vectors rerank a multiple of ten candidates."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "queries"
REFERENCES = ("2", "4", "10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("rescored@{reference}")
