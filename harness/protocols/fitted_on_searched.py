"""The training split holds the very documents that are searched: all count, under this protocol's own name.

Where it does not hold all of them, none count: a value under this protocol is always one of fitting on what
is searched, and one under ``decontaminated`` never is.
"""

from __future__ import annotations

import numpy as np

from harness.data.contamination import Contamination
from harness.types import Mask


def keep(contamination: Contamination) -> Mask:
    """Return the pairs that count: all where the training split holds something of every pair, else none."""
    return np.full(len(contamination.seen_sentence), bool(contamination.seen_sentence.all()))
