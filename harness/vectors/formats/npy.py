"""``.npy`` of NumPy, read by position: any real type, either byte order, either order of storage."""

from __future__ import annotations

import math
from pathlib import Path

from harness.data.arrays import read_header
from harness.errors import InputError, one_line
from harness.vectors.matrix import StoredMatrix
from harness.vectors.source import VectorSource
from harness.vectors.stored_file import stored_file


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of the array; raise InputError for objects, and for a header that is wrong."""
    if column is not None:
        raise InputError(f"{name}: found the column {column!r}, expected none: a .npy holds one array")
    stored = stored_file(path)
    try:
        with path.open("rb") as file:
            shape, fortran, dtype = read_header(file)
            offset = file.tell()
    except (ValueError, EOFError) as error:
        raise InputError(f"{name}: {one_line(error)[:200]}, expected a .npy file of numbers") from error
    if dtype.hasobject:
        raise InputError(f"{name}: found pickled objects, expected numbers")
    declared, rest = math.prod(shape) * dtype.itemsize, stored.size - offset
    if declared != rest or min(shape, default=0) < 0:
        problem = f"found a header of {dtype} {shape} before {rest:,} bytes"[:200]
        raise InputError(f"{name}: {problem}, expected as many bytes as it declares")
    return StoredMatrix(stored, offset, shape, dtype, fortran).source(name)
