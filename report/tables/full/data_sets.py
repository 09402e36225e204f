"""The files that data sets were read from, with their pins."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each file of a data set."""
    for line in source.tables.datasets():
        yield {"dataset": line.dataset, "origin": line.use, "place": line.place, "pin": line.pin}
