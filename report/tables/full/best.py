"""The pipeline of any suite that keeps most agreement with people at each limit of bytes, selected here."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each encoder, training split and limit."""
    sts = source.tables.sts
    for encoder in sts.encoders():
        for train in sts.trains(encoder):
            for row in sts.best(encoder, train):
                setting, mean = row.line.setting, row.line.retention["decontaminated"]
                yield {
                    "encoder": encoder,
                    "train": train,
                    "at_most_bytes": row.limit,
                    "suite": row.line.suite,
                    "pipeline": setting.pipeline,
                    "bytes": setting.bytes,
                    "value": mean and mean.value,
                    "low": mean and mean.low,
                    "high": mean and mean.high,
                }
