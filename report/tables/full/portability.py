"""Steps that gave the same bytes under emulated processors."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each kind of steps."""
    for line in source.tables.portability.lines():
        yield {"kind": line.kind, "steps": line.steps, **line.same, "differ": line.differ}
