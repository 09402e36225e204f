"""Rows computed some at a time, so that what lies between two steps stays in the processor's cache.

A codec of a few steps an element is then nearly as fast as memory: it reads and writes each row once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
VALUES = 1 << 16  # of a block: 256 KB of float32, a part of the second-level cache of any processor


def in_blocks(x: Array, result: Array, work: Callable[[Array, Array], None]) -> Array:
    """Return ``result`` (n, ...) after ``work(rows, into)`` for each block of rows of ``x`` (n, ...)."""
    size = block_rows(max(x[:1].size, result[:1].size))
    for start in range(0, len(x), size):
        work(x[start : start + size], result[start : start + size])
    return result


def block_rows(width: int) -> int:
    """Return how many rows of ``width`` values a block has."""
    return max(1, VALUES // max(1, width))


def repeated(row: Array, rows: int) -> Array:
    """Return ``row`` (d,) below itself for each row of a block, (at most ``rows``, d).

    NumPy is about twice as fast with two arrays of one shape as with a row for all rows.
    """
    return np.tile(row, (min(rows, block_rows(len(row))), 1))
