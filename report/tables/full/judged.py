"""Judged retrieval by method and dimensions, with the loss of auto-encoders on held-out documents."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.tables.tails import columns


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pipeline, training split, test set and protocol."""
    for line in source.tables.autoencoders.lines():
        named = ("encoder", "train", "dataset", "protocol", "pipeline", "method", "dims", "seeds", "loss")
        means = {"ndcg@10": line.ndcg, "recall@100": line.recall}
        yield {
            **{name: getattr(line, name) for name in named},
            **{
                f"{metric} {end}".removesuffix(" value"): getattr(mean, end)
                for metric, mean in means.items()
                for end in ("value", "low", "high")
            },
            **columns(line.ndcg, "ndcg@10 "),
            **columns(line.recall, "recall@100 "),
        }
