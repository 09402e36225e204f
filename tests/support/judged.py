"""A small judged set."""

from __future__ import annotations

import numpy as np

from harness.types import PairSet


def judged_set() -> PairSet:
    """Return four documents and two queries; the first query has two relevant documents, graded 2 and 1."""
    return PairSet(
        "judged",
        ("d0", "d1", "d2", "d3", "q0", "q1"),
        None,
        np.array([[4, 0], [4, 2], [5, 3]], np.int64),
        np.array([1.0, 2.0, 1.0]),
        {},
        queries=np.array([4, 5], np.int64),
    )
