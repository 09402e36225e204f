"""Usage of codes: possible, used and dead codes, perplexity, collisions."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each code and test set, of the first seed."""
    for line in source.tables.semantic.described():
        codes = line.codes
        if codes:
            named = ("rows", "possible", "used", "dead_share", "perplexity", "collision_rate")
            yield {
                "encoder": line.encoder,
                "dataset": line.dataset,
                "code": line.family,
                "setting": line.setting,
                "bits": line.bits,
                "bytes": line.bytes,
            } | {name: getattr(codes, name) for name in named}
