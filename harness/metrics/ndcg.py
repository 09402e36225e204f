"""nDCG of a ranking: the exact k nearest neighbours are relevant, with gains k to 1."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "queries"
REFERENCES = ("10", "50")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("ndcg@{reference}")
