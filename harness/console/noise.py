"""The table of noise that ``harness verify --noise`` shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.evidence.schema.noise import CellNoise, MetricNoise


def noise_table(cells: Sequence[CellNoise]) -> Any:
    """Return a table with a row a cell: the metric that moves most for its tolerance."""
    from rich.table import Table

    table = Table("cell", "metric", "committed spread", "moved by threads", "moved by seed", "tolerance")
    for cell in cells:
        row = max(cell.metrics, key=_share)
        numbers = (row.spread, row.threads, row.seed, row.tolerance)
        printed = ["" if number is None else f"{number:.3g}" for number in numbers]
        table.add_row(f"{cell.suite}/{cell.cell}", row.metric, *printed)
    return table


def _share(row: MetricNoise) -> float:
    return max(row.threads or 0.0, row.seed or 0.0) / row.tolerance
