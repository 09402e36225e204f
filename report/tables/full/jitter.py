"""Pipelines whose values move with the last bits of vectors: the value that moves most."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each unstable pipeline."""
    for line in source.tables.jitter.lines():
        named = ("suite", "encoder", "pipeline", "point", "metric", "dataset", "protocol", "move", "floor")
        yield {name: getattr(line, name) for name in named}
