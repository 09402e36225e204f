"""The share of a query's relevant documents that are among the first k, by trec_eval."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "judged"
REFERENCES = ("100",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("recall@{reference}")
