"""The share of queries whose exact nearest neighbour is among the first k results (Jégou et al. 2011)."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "queries"
REFERENCES = ("1", "10", "50", "100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("recall@{reference}")
