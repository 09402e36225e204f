"""Retrieval of judged documents at few bytes, by what a codec was fitted on."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.judged_bytes import FITTED
from report.tables.source import Source
from report.tables.tails import columns

NAMED = ("id", "encoder", "train", "pipeline", "label", "bytes", "seeds", "dataset", "protocol")


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline, size, judged set and protocol of the suite judged-bytes."""
    for line in source.tables.judged_bytes:
        means = {"ndcg@10": line.ndcg, "ndcg-retention@10": line.retention, "recall@100": line.recall}
        yield {
            **{name: getattr(line, name) for name in NAMED},
            "fitted_on": FITTED[line.protocol],
            **{
                f"{metric} {end}".removesuffix(" value"): getattr(mean, end)
                for metric, mean in means.items()
                for end in ("value", "low", "high")
            },
            **columns(line.ndcg, "ndcg@10 "),
            **columns(line.recall, "recall@100 "),
        }
