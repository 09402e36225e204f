"""Which rows of a file each part has: the rule, and where the numbers of the rows are."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each part of a data set."""
    for line in source.tables.ranking.splits():
        place = {"dataset": line.dataset, "place": line.place, "rule": line.rule}
        yield {**place, "file": line.scores, "array": f"rows@{line.dataset}"}
