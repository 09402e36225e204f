"""The auto-encoder system with real encoders on both sides, step by step, on NFCorpus."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each measured step of each space."""
    for line in source.tables.encoder_steps:
        yield {
            "id": line.id,
            "encoder": line.encoder,
            "step": line.step,
            "what": line.what,
            "dims": line.dims,
            "seeds": line.seeds,
            "queries": line.ndcg.n,
            "ndcg@10": line.ndcg.value,
            "low": line.ndcg.low,
            "high": line.ndcg.high,
            **columns(line.ndcg),
            "kept": line.retention and line.retention.value,
            "kept_low": line.retention and line.retention.low,
            "kept_high": line.retention and line.retention.high,
            "minus_small": line.less and line.less.value,
            "minus_small_low": line.less and line.less.low,
            "minus_small_high": line.less and line.less.high,
        }
