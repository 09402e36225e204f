"""The vecs formats of TEXMEX and faiss: each row is its length, int32, and so many numbers, little-endian."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.errors import InputError
from harness.vectors import limits
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import read_exactly, stored_file

_LENGTH = np.dtype("<i4")


def open_records(path: Path, name: str, column: str | None, dtype: str) -> VectorSource:
    """Return the rows of a file of numbers of ``dtype``.

    Raises InputError where the file is cut, and, while it is read, for a row of another length than the
    first: what follows such a row cannot be located.
    """
    if column is not None:
        raise InputError(f"{name}: found the column {column!r}, expected none: the format has no names")
    stored = stored_file(path)
    with path.open("rb") as file:
        head = file.read(_LENGTH.itemsize)
    dimension = int(np.frombuffer(head, _LENGTH)[0]) if len(head) == _LENGTH.itemsize else 0
    if dimension < 1:
        problem = f"found {stored.size:,} bytes that begin with the length {dimension}"
        raise InputError(f"{name}: {problem}, expected rows of numbers")
    limits.DIMENSIONS.check(dimension, name)
    record = np.dtype([("length", _LENGTH), ("numbers", dtype, (dimension,))])
    rows, rest = divmod(stored.size, record.itemsize)
    if rest:
        problem = f"found {stored.size:,} bytes, no multiple of the {record.itemsize:,} of a row"
        raise InputError(f"{name}: {problem} of {dimension} numbers, expected rows of one length, none cut")

    def pieces(start: int, size: int) -> Iterator[Piece]:
        """Yield the rows from ``start`` on, (at most ``size``, D); InputError for a row of another length."""
        with path.open("rb") as file:
            for first in range(start, rows, size):
                count = min(size, rows - first)
                data = read_exactly(file, first * record.itemsize, count * record.itemsize, name)
                records = np.frombuffer(data, record)
                wrong = np.flatnonzero(records["length"] != dimension)
                if len(wrong):
                    problem = f"row {first + wrong[0]}: found the length {records['length'][wrong[0]]}"
                    raise InputError(f"{name}: {problem}, expected {dimension} as in row 0")
                yield Piece(first, records["numbers"], {})

    return VectorSource(name, rows, dimension, str(np.dtype(dtype)), (stored,), pieces)
