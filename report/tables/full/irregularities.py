"""What is irregular in judged sets."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each judged set."""
    for line in source.tables.irregularities():
        yield {"dataset": line.dataset, **line.counts.model_dump()}
