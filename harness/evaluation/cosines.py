"""The cosine similarity of pairs of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.data.blocks import blocks
from harness.errors import InputError
from harness.types import ZERO_NORM, Floats, Ints

AT_ONCE = 8_192  # pairs whose vectors are held at a time


def cosines(left: Floats, right: Floats, where: str, first: int = 0) -> Floats:
    """Return the cosine similarity of each row pair, (m,) float32, summed in float64.

    Raises InputError where a vector has no direction, or numbers that are not finite; ``where`` names the
    data in the message, and ``first`` is the number of the first pair.
    """
    a, b = left.astype(np.float64), right.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    directed = (norms >= ZERO_NORM**2) & (norms < np.inf)  # NaN is neither
    if not directed.all():
        at = int(directed.argmin())
        problem = "a vector of norm 0" if norms[at] < ZERO_NORM**2 else "NaN or infinity"
        raise InputError(f"{where}: pair {first + at} has {problem}, expected a direction")
    similarities: Floats = (np.einsum("ij,ij->i", a, b) / norms).astype(np.float32)
    return similarities


def cosines_of(
    pairs: Ints, left: Callable[[Ints], Floats], right: Callable[[Ints], Floats], where: str
) -> Floats:
    """Return the cosines of pairs (m, 2) of row numbers, (m,), as ``cosines`` does, in blocks.

    ``left`` and ``right`` return the vectors of numbered rows in either role.
    """
    parts = [
        cosines(left(some[:, 0]), right(some[:, 1]), where, first) for first, some in blocks(pairs, AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
