"""Whether row numbers are those of the highest scores, however ties are broken."""

from __future__ import annotations

import numpy as np

from harness.types import Doubles, Ints


def assert_nearest(rows: Ints, scores: Doubles, share: float = 1.0, tolerance: float = 2e-6) -> None:
    """Assert that ``rows`` (q, k) are distinct and name the k highest of ``scores`` (q, n), best first.

    A row whose score is within ``tolerance`` of the largest score of the row in its place counts as that one.
    ``share``: of places that have to be right.
    """
    k = rows.shape[1]
    assert all(k == len(set(row)) for row in rows.tolist())
    expected = -np.sort(-scores, axis=1)[:, :k]
    actual = np.take_along_axis(scores, rows, axis=1)
    right = np.abs(expected - actual) <= tolerance * np.abs(scores).max()
    assert right.mean() >= share, f"{right.mean():.4f} of the neighbours are right"
