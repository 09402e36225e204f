"""Pairs of which either sentence stands in the training split are left out.

So are pairs of vectors of which either is a copy of one of the split, by bytes or by cosine
(harness.data.identity). Sentences that are near duplicates stay in: they are counted and reported
(harness.data.contamination says what they are).
"""

from __future__ import annotations

from harness.data.contamination import Contamination
from harness.types import Mask


def keep(contamination: Contamination) -> Mask:
    """Return the pairs that count: those without a seen sentence."""
    return ~contamination.seen_sentence
