"""Spearman's rank correlation of the cosines after compression with a reference.

``spearman@human``: with the human scores; ``spearman@original``: with the cosines before compression.
"""

from __future__ import annotations

from harness.evaluation.metric import correlation_of

ITEMS = "pairs"
REFERENCES = ("human", "original")
UNIT = "fraction"
HIGHER_IS_BETTER = True
RERUN_TOLERANCE = 0.01
needs, compute = correlation_of("compressed")
