"""What the names of pipelines stand for, by suite."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline."""
    for line in source.tables.pipelines():
        yield {"pipeline": line.pipeline, "family": line.family, "label": line.label, "suites": line.suites}
