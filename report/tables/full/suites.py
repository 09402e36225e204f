"""The suites with evidence: title, encoders, number of results."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each suite."""
    for line in source.tables.suites():
        yield {"suite": line.suite, "title": line.title, "encoders": line.encoders, "results": line.results}
