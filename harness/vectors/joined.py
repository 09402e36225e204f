"""Several sources as one, their rows one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.errors import InputError
from harness.vectors.source import Piece, VectorSource


def joined(sources: Sequence[VectorSource], name: str) -> VectorSource:
    """Return the rows of ``sources`` in order; raise InputError where their dimensions differ."""
    first = sources[0]
    for source in sources:
        if source.dimension != first.dimension:
            problem = f"found {source.dimension} dimensions in {source.name}"
            raise InputError(f"{name}: {problem}, expected {first.dimension} as in {first.name}")

    def pieces(start: int, size: int) -> Iterator[Piece]:
        before = 0
        for source in sources:
            if start < before + source.rows:
                for row, numbers, broken in source.pieces(max(start - before, 0), size):
                    shifted = {before + at: reason for at, reason in broken.items()}
                    yield Piece(before + row, numbers, shifted)
            before += source.rows

    rows = sum(source.rows for source in sources)
    dtypes = dict.fromkeys(source.dtype for source in sources)
    files = tuple(file for source in sources for file in source.files)
    return VectorSource(name, rows, first.dimension, ", ".join(dtypes), files, pieces)
