"""Mean squared error per component of decoded vectors, for codecs that decode into the original space."""

from __future__ import annotations

from harness.evaluation.metric import mean_of

ITEMS = "pairs"
REFERENCES = ("original",)
UNIT = "squared units of the vectors"
HIGHER_IS_BETTER = False
RERUN_TOLERANCE = 1e-6
needs, compute = mean_of("squared-error")
