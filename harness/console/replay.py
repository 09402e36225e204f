"""What ``harness replay`` shows: the cost before, the cells compared, and the verdict from the rerun."""

from __future__ import annotations

from collections.abc import Sequence

from harness.evidence.schema.verdict import BoardEntry, VerdictRow
from harness.run.replay import Budget, Target


def cost(name: str, cells: int, budget: Budget) -> str:
    """Return a line on what the cells took when they were made."""
    machines = f" on {'; '.join(budget.machines)}" if budget.machines else ""
    unknown = f", {budget.unknown} of them unknown" if budget.unknown else ""
    took = f"{budget.seconds:.3g} s{machines}{unknown}"
    return f"{name}: {cells} cells; they took {took}, and reading and encoding their data besides"


def verdicts(target: Target, rows: Sequence[VerdictRow], entry: BoardEntry) -> list[str]:
    """Return a line for each row, committed and here, and one for the claim."""
    before = {(row.row, row.protocol): row for row in target.rows}
    lines = [_beside(f"{row.id}:{row.row}", _of(row), _of(before[row.row, row.protocol])) for row in rows]
    committed = target.entry.verdict if target.entry else entry.verdict
    return [*lines, f"{_beside(entry.id, entry.verdict, committed)}: {entry.sentence}"]


def _beside(name: str, here: str, committed: str) -> str:
    return f"{name} {here} here, " + ("as committed" if here == committed else f"{committed} committed")


def _of(row: VerdictRow) -> str:
    ends = f" ({row.printed.low} … {row.printed.high})" if row.low is not None else ""
    return f"{row.verdict} {row.printed.value or 'not measured'}{ends}"
