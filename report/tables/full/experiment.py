"""Small encoders mapped onto auto-encoded large ones, part by part."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each part of the experiment, in the order of its steps."""
    for row in source.tables.autoencoders.experiment():
        line = row.line
        yield {
            "encoder": line.encoder,
            "part": row.what,
            "dims": line.dims,
            "dataset": line.dataset,
            "fitted": row.fitted,
            "queries": line.ndcg.n,
            "ndcg@10": line.ndcg.value,
            "low": line.ndcg.low,
            "high": line.ndcg.high,
            "recall@100": line.recall.value,
        }
