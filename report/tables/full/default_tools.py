"""What default tools report of their codes, beside the same codes decoded."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline, data set and metric of the suite default-tools."""
    for line in source.tables.default_tools:
        for (dataset, metric), mean in line.values.items():
            named = {name: getattr(line, name) for name in ("id", "encoder", "pipeline", "label", "bytes")}
            ends = {name: getattr(mean, name) for name in ("value", "low", "high", "n")}
            yield {**named, "dataset": dataset, "metric": metric, **ends, **columns(mean)}
