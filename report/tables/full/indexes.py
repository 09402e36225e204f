"""Search indexes: bytes per row, latency, and build time."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each set of vectors and index; latencies are of the machine named."""
    neighbours = source.tables.neighbours
    for line in neighbours.lines("search"):
        latency = line.latency
        yield {
            "encoder": line.encoder,
            "dataset": line.dataset,
            "vectors": line.method,
            "dims": line.dims,
            "index": line.use,
            "seeds": line.seeds,
            "rows": line.rows,
            "index_bytes_per_row": line.bytes,
            "with_map_bytes_per_row": line.whole,
            **{
                f"{stage}: {key}": getattr(spread, key)
                for stage, spread in (latency.search if latency else {}).items()
                for key in ("p50", "p95", "per_second")
            },
            "build_ms": latency and 1000 * latency.built,
            "machine": latency and latency.machine,
        }
