"""Retention on every pair and without seen sentences, and their difference."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline, the one that contamination flatters most first."""
    sts = source.tables.sts
    for encoder in sts.encoders():
        for train in sts.trains(encoder):
            for line in sts.contamination(encoder, train):
                means = {name: mean and mean.value for name, mean in line.line.retention.items()}
                setting = line.line.setting
                yield {
                    "encoder": encoder,
                    "train": train,
                    "pipeline": setting.pipeline,
                    "point": setting.point,
                    "grid": setting.grid,
                    "bytes": setting.bytes,
                    **means,
                    "difference": line.more,
                }
