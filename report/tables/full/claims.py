"""Every row of every claim: published, measured, and its verdict."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each judged row, with the results that it rests on."""
    for row in source.judged:
        line = row.as_json()
        printed, evidence = line.pop("printed"), line.pop("evidence")
        named = [entry.get("cell") or f"transcripts/{entry['transcript']}" for entry in evidence]
        yield {**line, "published_as_printed": printed["published"], "evidence": named}
