"""Named points against their bounds."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source
from report.verdicts.guardrails import guardrails


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each point and bound."""
    for line in guardrails(source.evidence.results):
        named = (
            "encoder",
            "point",
            "pipeline",
            "grid",
            "train",
            "bytes",
            "ratio",
            "seeds",
            "verdict",
            "reasons",
        )
        point = {name: getattr(line, name) for name in named}
        for bound in line.bounds:
            about = ("metric", "dataset", "protocol", "value", "low", "high", "n", "at_least")
            yield point | {name: getattr(bound, name) for name in about}
