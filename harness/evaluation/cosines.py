"""The cosine similarity of pairs of rows."""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.types import ZERO_NORM, Floats


def cosines(left: Floats, right: Floats, where: str) -> Floats:
    """Return the cosine similarity of each row pair, (m,) float32, summed in float64.

    Raises InputError where a vector has no direction; ``where`` names the data in the message.
    """
    a, b = left.astype(np.float64), right.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    if len(norms) and norms.min() < ZERO_NORM**2:
        raise InputError(f"{where}: pair {int(norms.argmin())} has a vector of norm 0, expected a direction")
    similarities: Floats = (np.einsum("ij,ij->i", a, b) / norms).astype(np.float32)
    return similarities
