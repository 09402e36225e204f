"""``.npy`` of NumPy, read by position: any real type, either byte order, either order of storage."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from harness.errors import InputError, one_line
from harness.vectors.matrix import StoredMatrix
from harness.vectors.source import VectorSource
from harness.vectors.stored_file import stored_file

# What NumPy raises for a header that declares no array.
_NO_ARRAY = (
    *(ValueError, KeyError, TypeError, OverflowError, EOFError),
    *(RecursionError, MemoryError, SyntaxError, TokenError),
)


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of the array; raise InputError for objects, and for a header that is wrong."""
    if column is not None:
        raise InputError(f"{name}: found the column {column!r}, expected none: a .npy holds one array")
    stored = stored_file(path)
    with path.open("rb") as file:
        shape, fortran, dtype = _header(file, name)
        offset = file.tell()
    if dtype.hasobject:
        raise InputError(f"{name}: found pickled objects, expected numbers")
    declared, rest = math.prod(shape) * dtype.itemsize, stored.size - offset
    if declared != rest or min(shape, default=0) < 0:
        problem = f"found a header of {dtype} {shape} before {rest:,} bytes"[:200]
        raise InputError(f"{name}: {problem}, expected as many bytes as it declares")
    return StoredMatrix(stored, offset, shape, dtype, fortran).source(name)


def _header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, order and type; the readers are NumPy's, and evaluate literals alone."""
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        # The third version is for names of fields, which vectors have not.
        with warnings.catch_warnings(action="ignore"):  # that Python 2 wrote the file
            return readers[npy.read_magic(file)](file)
    except _NO_ARRAY as error:
        raise InputError(f"{name}: {one_line(error)[:200]}, expected a .npy file of numbers") from error
