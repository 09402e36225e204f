"""knn-recall with a tolerance for near ties: the share of the first k within 1 % of the k-th exact distance.

``harness.evaluation.neighbor_lists.near_recall`` defines it, after ann-benchmarks. It is at least knn-recall.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of
from harness.evaluation.second_pass import ITEMS

__all__ = ["HIGHER_IS_BETTER", "ITEMS", "REFERENCES", "RERUN_TOLERANCE", "UNIT", "compute", "needs"]

REFERENCES = ("1", "10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("near-recall@{reference}")
