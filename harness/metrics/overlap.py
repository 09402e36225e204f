"""The share of the exact k nearest neighbours among the first k results (k-recall@k)."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "queries"
REFERENCES = ("1", "10", "50", "100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("overlap@{reference}")
