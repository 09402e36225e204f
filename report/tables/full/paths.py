"""Cosines along paths between codes whose levels have an order."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each code and step of the path, beside the straight line between the decoded ends."""
    for line in source.tables.semantic.ways():
        for step in range(len(line.way["way_to_first"])):
            yield {
                "encoder": line.encoder,
                "code": line.family,
                "setting": line.setting,
                "step": step,
                "with_first": line.way["way_to_first"][step],
                "with_last": line.way["way_to_last"][step],
                "straight_line_with_first": line.way["line_to_first"][step],
            }
