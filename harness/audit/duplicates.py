"""Rows that are equal byte by byte, counted in a file of any size."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.types import Floats

_BYTES = 8  # of a digest: among 10^8 rows two different ones share one with a probability of 3 in 10,000


class RowDigests:
    """A digest of each row that is added, 8 bytes a row; of at most ``rows`` rows."""

    def __init__(self, rows: int) -> None:
        self._digests = np.empty(rows, np.uint64)
        self._count = 0

    def add(self, vectors: Floats) -> None:
        """Take in rows (n, D) float32."""
        digests = b"".join(hashlib.blake2b(row, digest_size=_BYTES).digest() for row in vectors)
        self._digests[self._count : self._count + len(vectors)] = np.frombuffer(digests, np.uint64)
        self._count += len(vectors)

    def duplicates(self) -> int:
        """Return how many rows have the bytes of an earlier one.

        >>> digests = RowDigests(3)
        >>> digests.add(np.array([[1, 2], [3, 4], [1, 2]], np.float32))
        >>> digests.duplicates()
        1
        """
        self._digests[: self._count].sort()
        ordered = self._digests[: self._count]
        return int((ordered[1:] == ordered[:-1]).sum())
