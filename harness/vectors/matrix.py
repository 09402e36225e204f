"""A matrix in a file, at an offset: rows are read by position, in either order of storage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from harness.errors import InputError
from harness.vectors import limits
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import StoredFile, read_exactly


@dataclass(frozen=True, slots=True)
class StoredMatrix:
    """``rows`` × ``dimension`` numbers of ``dtype`` from byte ``offset`` on, column by column if ``fortran``.

    ``bfloat16``: the numbers are the upper halves of float32, stored as uint16.
    """

    file: StoredFile
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool = False
    bfloat16: bool = False

    def source(self, name: str) -> VectorSource:
        """Return the source of the rows; raise InputError where they are no vectors of real numbers."""
        check_matrix(self.shape, self.dtype, name)
        rows, dimension = self.shape
        dtype = "bfloat16" if self.bfloat16 else str(self.dtype)
        return VectorSource(name, rows, dimension, dtype, (self.file,), self.pieces)

    def pieces(self, start: int, size: int) -> Iterator[Piece]:
        """Yield the rows from ``start`` on, ``size`` at a time."""
        with self.file.path.open("rb") as file:
            for first in range(start, self.shape[0], size):
                count = min(size, self.shape[0] - first)
                numbers = (
                    self._columns(file, first, count) if self.fortran else self._rows(file, first, count)
                )
                if self.bfloat16:
                    numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
                yield Piece(first, numbers, {})

    def _rows(self, file: BinaryIO, first: int, count: int) -> NDArray[Any]:
        width = self.shape[1] * self.dtype.itemsize
        data = read_exactly(file, self.offset + first * width, count * width, str(self.file.path))
        return np.frombuffer(data, self.dtype).reshape(count, self.shape[1])

    def _columns(self, file: BinaryIO, first: int, count: int) -> NDArray[Any]:
        rows, dimension = self.shape
        numbers = np.empty((count, dimension), self.dtype, order="F")
        for column in range(dimension):
            at = self.offset + (column * rows + first) * self.dtype.itemsize
            data = read_exactly(file, at, count * self.dtype.itemsize, str(self.file.path))
            numbers[:, column] = np.frombuffer(data, self.dtype)
        return numbers


def check_matrix(shape: tuple[int, ...], dtype: np.dtype[Any], where: str) -> None:
    """Raise InputError where an array of ``shape`` and ``dtype`` holds no vectors of real numbers."""
    if len(shape) != 2:  # noqa: PLR2004 - a matrix
        raise InputError(f"{where}: found an array of shape {shape}, expected rows and columns")
    if dtype.kind not in "fiu":
        hint = " (bfloat16 is read from .safetensors)" if dtype.kind == "V" else ""
        raise InputError(f"{where}: found numbers of type {dtype}, expected real numbers{hint}")
    check_size(*shape, where)


def check_size(rows: int, dimension: int, where: str) -> None:
    """Raise InputError where there are no rows or no columns, or too many columns."""
    if min(rows, dimension) < 1:
        raise InputError(f"{where}: found {rows} rows of {dimension} numbers, expected at least one of both")
    limits.DIMENSIONS.check(dimension, where)
