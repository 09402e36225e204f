"""nDCG of ranking judged documents, with the grades as gains (Järvelin and Kekäläinen 2002), by trec_eval."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "judged"
REFERENCES = ("10",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("ndcg@{reference}")
