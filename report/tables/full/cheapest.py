"""The cheapest index that reaches the constraint, by stages and rule: selected here."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each encoder, number of stages and rule."""
    for row in source.tables.neighbours.selected():
        best = row.cheapest
        yield {
            "encoder": row.encoder,
            "stages": row.stage,
            "rule": row.rule,
            "vectors": best.line.method if best else "nothing reaches it",
            "dims": best and best.line.dims,
            "index": best and best.line.use,
            "bytes_per_row": best and best.whole,
            "value": best and best.reached.value,
            "low": best and best.reached.low,
            "high": best and best.reached.high,
        }
