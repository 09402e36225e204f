"""Which of the three stages each pipeline has."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline; its values are in values-three-stage.csv."""
    stages = source.tables.stages
    for encoder in stages.encoders():
        for line in stages.lines(encoder):
            setting = line.setting
            yield {
                "encoder": encoder,
                "train": setting.train,
                "pipeline": setting.pipeline,
                "bytes": setting.bytes,
                "8 bits": line.scalar,
                "map": line.map,
                "PQ": line.pq,
            }
