"""Pairs of which either sentence stands in the training split are left out.

So are pairs of vectors of which either is a copy of one of the split, by bytes or by cosine
(harness.data.identity). Sentences that are near duplicates stay in: they are counted and reported
(harness.data.contamination says what they are).
"""

from __future__ import annotations

from harness.data.contamination import Overlap
from harness.types import Mask


def keep(overlap: Overlap) -> Mask:
    """Return the pairs that count: those without a seen sentence."""
    return ~overlap.seen_sentence
