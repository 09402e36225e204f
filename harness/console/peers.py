"""The table of planners that ``harness compare-planners`` shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.evidence.schema.peers import PlannerComparison, PlannerOutcome, SearchedValue


def compared_planners(comparison: PlannerComparison, path: Path, *, as_json: bool) -> Any:
    """Return a table with a row a planner: what it promised, and what that comes to; as JSON all of it."""
    if as_json:
        return comparison.model_dump_json(by_alias=True, indent=1)
    from rich.table import Table

    searched = f"{comparison.searched:,} rows that no planner saw"
    title = f"{comparison.title}: recall@{comparison.k} >= {comparison.target:g}, measured on {searched}"
    table = Table("planner", "recommends", "bytes", "recall", title=title, caption=f"written: {path}")
    table.add_column("uncompressed queries")
    table.add_column("compressed queries")
    for each in comparison.planners:
        command = f"{each.planner} {each.options}".strip()
        if each.promise is None or each.sizes is None:
            table.add_row(command, f"no plan: {each.problem}")
            continue
        sizes = f"{each.promise.bytes_per_vector:g} promised, {each.sizes.bytes_per_vector} counted"
        table.add_row(
            command,
            each.recommended,
            sizes,
            f"{each.promise.value:.3f} promised",
            *_measured(each, comparison),
        )
    return table


def _measured(each: PlannerOutcome, comparison: PlannerComparison) -> list[str]:
    forms = (each.value("uncompressed", comparison.searched), each.value("compressed", comparison.searched))
    return [_printed(value) for value in forms]


def _printed(value: SearchedValue | None) -> str:
    return "" if value is None else f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"
