"""Recall, cost and memory by the size of the corpus, on the machine of the envelopes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline of the suite scale and size of the corpus."""
    for line in source.tables.scale:
        yield {
            "pipeline": line.pipeline,
            "bytes_per_vector": line.bytes,
            "vectors": line.vectors,
            "knn_recall_at_10": line.recall.value,
            "low": line.recall.low,
            "high": line.recall.high,
            **columns(line.recall),
            "rescored_at_4": line.rescored.value,
            "encode_microseconds_per_vector": line.encode,
            "search_microseconds_per_vector": line.search,
            "peak_memory_bytes": line.memory,
        }
