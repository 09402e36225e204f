"""A test pair counts only if neither of its sentences is in the training split.

For vectors, neither may be a copy of a training vector, by bytes or by cosine (``harness.data.identity``).
Near-duplicate sentences still count; they are reported (``harness.data.contamination`` defines them).
"""

from __future__ import annotations

from harness.data.contamination import Contamination
from harness.types import Mask


def keep(contamination: Contamination) -> Mask:
    """Return the pairs that count: those without a sentence of the training split."""
    return ~contamination.seen_sentence
