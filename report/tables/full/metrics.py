"""The metrics: unit and direction."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each metric."""
    for name, metric in source.tables.metrics().items():
        yield {"metric": name, "unit": metric.unit, "better": "more" if metric.higher_is_better else "less"}
