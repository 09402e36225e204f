"""Spearman of cosines after compression with those before, on random pairs of rows.

Rated pairs are often similar ones; this metric covers any two rows of a set.
"""

from __future__ import annotations

from harness.evaluation.metric import correlation_of

ITEMS = "random-pairs"
REFERENCES = ("original",)
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.01
needs, compute = correlation_of("compressed")
