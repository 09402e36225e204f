"""Index-only recall: an index against exhaustive search of the same compressed vectors.

It does not measure compression: an index that is exact on worthless vectors scores 1.
"""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "index"
REFERENCES = ("recall@1", "recall@10", "overlap@1", "overlap@10", "ndcg@10")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.02
needs, compute = mean_of("vs-student {reference}")
