"""The mean reciprocal rank of the exact nearest neighbour; beyond rank 100 it counts as 0."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "queries"
REFERENCES = ("100",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("reciprocal-rank")
