"""Time to encode and to train, and peak memory, on the machine named."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each method of the suites ranking and semantic-ids, of the first seed."""
    for row in source.tables.ranking.throughput():
        yield {
            "suite": "ranking",
            "encoder": row.line.encoder,
            "method": row.line.method,
            "setting": f"{row.line.dims} dimensions",
            "encode_one_ms_p50": row.one,
            "vectors_per_second": row.batch,
            "machine": row.machine,
        }
    for speed in source.tables.semantic.speeds():
        yield {
            "suite": "semantic-ids",
            "encoder": speed.line.encoder,
            "method": speed.line.family,
            "setting": speed.line.setting,
            "bits": speed.line.bits,
            "encode_one_ms_p50": speed.times.encode_one_ms.p50,
            "encode_one_ms_p95": speed.times.encode_one_ms.p95,
            "encode_batch_ms_p50": speed.batch,
            "vectors_per_second": speed.times.encode_batch_per_second,
            "training_seconds": speed.fitted,
            "whole_seconds": speed.seconds,
            "peak_memory_bytes": speed.peak,
            "machine": speed.machine,
        }
