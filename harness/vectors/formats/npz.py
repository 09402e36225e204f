"""``.npz`` of NumPy: read as a whole, since its arrays may be deflated, by the strict reader of data sets."""

from __future__ import annotations

from pathlib import Path

from harness.data.arrays import read_arrays
from harness.vectors.arrays import array_source
from harness.vectors.choosing import chosen
from harness.vectors.source import VectorSource
from harness.vectors.stored_file import stored_file


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of the array ``column``, or of the only one that can be meant.

    Raises InputError for objects, bombs, members that are no arrays, and headers that are wrong.
    """
    stored = stored_file(path)
    arrays = read_arrays(path)
    matrices = [key for key, array in arrays.items() if array.ndim == 2]  # noqa: PLR2004 - a matrix
    return array_source(arrays[chosen(column, matrices, list(arrays), name)], name, stored)
