"""Bits by variance and other codes on every space: similarities, neighbours, near ties and anti-hubs."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each compressed setting of the suite space-bits."""
    for line in source.tables.space_bits:
        yield {
            "encoder": line.encoder,
            "method": line.method,
            "setting": line.setting.pipeline,
            "point": line.setting.point or "",
            "bytes_per_vector": line.setting.bytes,
            "spearman": line.similarity.value,
            "knn_recall_at_10": line.recall.value,
            "low": line.recall.low,
            "high": line.recall.high,
            **columns(line.recall),
            "knn_recall_near_at_10": line.near.value,
            "anti_hub_recall_at_10": line.rare.value,
        }
