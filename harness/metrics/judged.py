"""Retrieval of judged documents, query by query by ir-measures (trec_eval), mean over queries.

``ndcg@10`` with the grades as gains (Järvelin and Kekäläinen 2002), ``recall@100`` of the relevant documents.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "judged"
REFERENCES = ("ndcg@10", "recall@100")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("{reference}")
