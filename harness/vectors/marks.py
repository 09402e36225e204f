"""Where rows of a text file begin: a byte for every so many rows, so that reading can start anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from harness.vectors.lines import Lines

_EVERY = 16_384  # rows


@dataclass(frozen=True, slots=True)
class Marks:
    """The number of ``rows``, and the bytes at which every ``_EVERY``-th begins."""

    rows: int
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, lines: Lines, rows: Iterable[object]) -> Self:
        """Return the marks of ``rows``, which are read from ``lines`` one after the other."""
        offsets, count = [lines.offset], 0
        for count, _ in enumerate(rows, start=1):
            if count % _EVERY == 0:
                offsets.append(lines.offset)
        return cls(count, tuple(offsets))

    def offset(self, row: int) -> int:
        """Return the byte at which the last mark up to ``row`` stands."""
        return self.offsets[min(row // _EVERY, len(self.offsets) - 1)]

    def skip(self, row: int) -> int:
        """Return how many rows are between that mark and ``row``."""
        return row - _EVERY * min(row // _EVERY, len(self.offsets) - 1)
