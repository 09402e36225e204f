"""A source of vectors: rows in blocks, each row checked; a broken row has a number and a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.errors import InputError, one_line
from harness.types import ZERO_NORM, Floats
from harness.vectors.stored_file import StoredFile, sha256_of

BLOCK_ROWS = 65_536
_BLOCK_NUMBERS = 2**24  # at most in a block, which is 64 MiB of float32


class Piece(NamedTuple):
    """Rows as a format reads them: real ``numbers`` (n, D) of any type, and why rows could not be read."""

    start: int
    numbers: NDArray[Any]
    broken: Mapping[int, str]


Pieces = Callable[[int, int], Iterator[Piece]]
"""Yields the rows from ``start`` on, in order, at most ``size`` in a piece."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows ``start`` and following: ``vectors`` (n, D) float32, zeros where a row is broken.

    ``broken`` has the reason for each broken row, by the row's number in the source: null, length 383, NaN,
    infinity, zero vector.
    """

    start: int
    vectors: Floats
    broken: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class VectorSource:
    """Vectors that are read a block at a time.

    ``name`` as the user gave it; ``rows`` and ``dimension``; ``dtype`` as stored. ``files``: what is read.
    ``made_by``: what made the vectors, where the files do not hold them: part of the digest.
    """

    name: str
    rows: int
    dimension: int
    dtype: str
    files: tuple[StoredFile, ...]
    pieces: Pieces = field(repr=False, compare=False)
    made_by: str = ""

    def digest(self) -> str:
        """Return the hex sha256 of the file's bytes; of several files, of their bytes in order."""
        return sha256_of(self.files, self.made_by)

    def blocks(self, size: int = BLOCK_ROWS, start: int = 0) -> Iterator[Block]:
        """Yield the rows from ``start`` on in blocks of at most ``size`` rows, fewer where they are long.

        Raises InputError, in one line, where a file changes while it is read.
        """
        size = max(1, min(size, _BLOCK_NUMBERS // self.dimension))
        row = start
        try:
            for piece in self.pieces(start, size):
                self._check_files()
                yield _block(piece)
                row = piece.start + len(piece.numbers)
        except OSError as error:
            problem = error.strerror or one_line(error)
            raise InputError(f"{self.name}: {problem}, expected a file that can be read") from error
        self._check_files()
        if row != max(start, self.rows):
            raise InputError(f"{self.name}: found {row:,} rows, expected {self.rows:,} as when it was opened")

    def _check_files(self) -> None:
        for stored in self.files:
            stored.check_unchanged()


def _block(piece: Piece) -> Block:
    """Return the block of a piece, with rows that have no direction added to its broken ones."""
    with np.errstate(over="ignore", invalid="ignore"):  # looked at below
        vectors = np.array(piece.numbers, np.float32, order="C")
    largest = np.maximum(vectors.max(axis=1), -vectors.min(axis=1))  # NaN where a row has one
    broken = dict(piece.broken)
    for row in np.flatnonzero(~(largest >= ZERO_NORM) | ~np.isfinite(largest)).tolist():
        reason = _reason(piece.numbers[row], vectors[row])
        if reason is not None:
            broken.setdefault(piece.start + row, reason)
    if broken:
        vectors[[row - piece.start for row in broken]] = 0
    return Block(piece.start, vectors, broken)


def _reason(numbers: NDArray[Any], vector: Floats) -> str | None:
    """Return why a row is broken, or None."""
    if np.isnan(numbers).any():
        return "NaN"
    if not np.isfinite(vector).all():
        return "beyond float32" if np.isfinite(numbers).all() else "infinity"
    return "zero vector" if np.linalg.norm(vector.astype(np.float64)) < ZERO_NORM else None
