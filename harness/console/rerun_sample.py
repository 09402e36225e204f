"""The table of differences that running cells again shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.run.rerun_sample import Rerun


def rerun_table(reruns: Sequence[Rerun]) -> Any:
    """Return a table with a row a cell: how it compares, and the value furthest off for its tolerance."""
    from rich.table import Table

    table = Table("cell", "state", "value furthest off", "committed", "here", "off", "allowed")
    for each in reruns:
        numbers = (each.committed, each.here, each.off, each.allowed)
        printed = ["" if number is None else f"{number:.6g}" for number in numbers]
        table.add_row(f"{each.line.suite}/{each.line.cell}", each.line.state, each.value, *printed)
    return table
