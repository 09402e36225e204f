"""Settings of the search on STS-B dev against the goals that were set before it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each goal and setting that is measured on STS12–16."""
    search = source.tables.search
    for encoder in search.encoders():
        for row in search.goals(encoder):
            dev = row.line.retention["decontaminated"]
            yield {
                "encoder": encoder,
                "at_most_bytes": row.limit,
                "goal": row.goal,
                "pipeline": row.line.setting.pipeline,
                "grid": row.line.setting.grid,
                "bytes": row.line.setting.bytes,
                "on_dev": dev and dev.value,
                "asymmetric": row.asymmetric,
                "value": row.final.value,
                "low": row.final.low,
                "high": row.final.high,
                "outcome": row.verdict,
            }
