"""All test pairs count if the training split contains something of every pair; otherwise none counts.

The protocol is for codecs fitted on the searched documents themselves. A value under it always comes from
such a fit; a value under ``decontaminated`` never does.
"""

from __future__ import annotations

import numpy as np

from harness.data.contamination import Contamination
from harness.types import Mask


def keep(contamination: Contamination) -> Mask:
    """Return the pairs that count: all where the training split holds something of every pair, else none."""
    return np.full(len(contamination.seen_sentence), bool(contamination.seen_sentence.all()))
