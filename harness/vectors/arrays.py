"""A source of vectors that are in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from harness.vectors.matrix import check_matrix
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import StoredFile


def array_source(array: NDArray[Any], name: str, stored: StoredFile) -> VectorSource:
    """Return the rows of ``array`` (n, D) as a source; raise InputError where it holds no vectors."""
    check_matrix(array.shape, array.dtype, name)

    def pieces(start: int, size: int) -> Iterator[Piece]:
        for first in range(start, len(array), size):
            yield Piece(first, array[first : first + size], {})

    rows, dimension = array.shape
    return VectorSource(name, rows, dimension, str(array.dtype), (stored,), pieces)
