"""Index-only recall: what an index finds, against an exhaustive search of the same compressed vectors.

It says nothing of the compression: an index that is exact on worthless vectors has 1.
``vs-teacher`` measures both.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "index"
REFERENCES = ("success@1", "success@10", "knn-recall@1", "knn-recall@10", "knn-ndcg@10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("vs-student {reference}")
