"""TurboQuant, RaBitQ and EDEN: bytes, recall and judged retrieval."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each value of each method: coded, searched and on judged documents."""
    tables = source.tables.disputes
    for line in (*tables.coded(), *tables.searched(), *tables.judged()):
        for (protocol, dataset, metric), mean in line.values.items():
            if dataset:
                yield {
                    "encoder": line.encoder,
                    "train": line.train,
                    "pipeline": line.pipeline,
                    "method": line.label,
                    "index": line.use,
                    "queries": "raw" if line.asymmetric or line.use else "coded",
                    "bytes_per_vector": line.bytes,
                    "protocol": protocol,
                    "dataset": dataset,
                    "metric": metric,
                    "value": mean.value,
                    "low": mean.low,
                    "high": mean.high,
                    "seeds": mean.seeds,
                    **columns(mean),
                }
