"""Settings chosen by folds of STS-B train and by STS-B dev, compared on the folds and on STS12–16."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each size and set: both choices, their retention, and the first minus the second."""
    folds = source.tables.folds
    for encoder in folds.encoders():
        for row in folds.choices(encoder):
            yield {
                "encoder": encoder,
                "bytes": row.bytes,
                "dataset": row.dataset,
                "chosen_by_folds": row.by_folds.name,
                "chosen_by_dev": row.by_dev.name,
                "folds_choice": row.folds_choice and row.folds_choice.value,
                "dev_choice": row.dev_choice and row.dev_choice.value,
                "difference": row.less and row.less.value,
                "low": row.less and row.less.low,
                "high": row.less and row.less.high,
                "outcome": row.outcome,
            }
