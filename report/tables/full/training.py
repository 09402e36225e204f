"""The first and last statistics of each student's training, and suspected collapses."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each student and number of dimensions."""
    for row in source.tables.neighbours.trained():
        ends = {
            f"{name} {end}": x
            for name, both in row.ends.items()
            for end, x in zip(("first", "last"), both, strict=True)
        }
        line = {"encoder": row.line.encoder, "student": row.line.method, "dims": row.line.dims}
        yield {
            **line,
            "seeds": row.line.seeds,
            **ends,
            "checkpoints": row.checkpoints,
            "suspect": row.suspect,
        }
