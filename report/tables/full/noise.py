"""How far values of a sample of cells move with two threads, with another seed, and over committed seeds."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each metric of a cell."""
    for cell in source.tables.noise.cells:
        for moves in cell.metrics:
            yield {"suite": cell.suite, "cell": cell.cell, **moves.model_dump()}
