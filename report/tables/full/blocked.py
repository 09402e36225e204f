"""Cells that could not run, with what is missing and how to get it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each cell."""
    for entry in source.evidence.blocked:
        yield {"suite": entry.suite, **entry.cell.model_dump(exclude_unset=True)}
