"""A test pair counts only if neither of its sentences is in the training split.

For vectors, neither may be a copy of a training vector, by bytes or by cosine (``harness.data.identity``).
Near-duplicate sentences still count; they are reported (``harness.data.contamination`` defines them).
"""

from __future__ import annotations

from harness.data.contamination import Overlap
from harness.types import Mask


def keep(overlap: Overlap) -> Mask:
    """Return the pairs that count: those without a sentence of the training split."""
    return ~overlap.seen_sentence
