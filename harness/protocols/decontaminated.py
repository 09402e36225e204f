"""Pairs of which either sentence stands in the training split are left out.

So are pairs of vectors of which either is a copy of one of the split, by bytes or by cosine
(harness.identity). Sentences that are near duplicates stay in: they are counted and reported
(harness.overlap says what they are).
"""

from __future__ import annotations

from harness.core import Mask
from harness.overlap import Overlap


def keep(overlap: Overlap) -> Mask:
    """Return the pairs that count: those without a seen sentence."""
    return ~overlap.seen_sentence
