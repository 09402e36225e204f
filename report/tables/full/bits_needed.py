"""The fewest bits of each family of codes that keep enough, and the most that any keeps."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each encoder, test set, family, and kind of pairs."""
    for row in source.tables.semantic.reached():
        for name in ("pairs", "random"):
            first, best = row.first(name), row.best(name)
            most = best and best.judged(name)
            yield {
                "encoder": row.encoder,
                "dataset": row.dataset,
                "code": row.family,
                "of": name,
                "bits": first and first.bits,
                "most": most and most.value,
                "most_at_bits": best and best.bits,
            }
