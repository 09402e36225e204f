"""The verdict board of the page: what each entry of ``claims.json``'s board is shown with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.evidence.schema.verdict import BoardEntry, VerdictRow
from report.findings.words import encoder

WHY = {
    "HOLDS": "The interval lies on the claimed side, or the value meets the rule at its stated precision.",
    "INCONCLUSIVE": "The interval contains the claimed bound.",
    "FAILS": "The whole interval misses the claimed bound.",
    "BLOCKED": "An input is missing, or too large to be read without being asked for.",
    "NOT_RUN": "Its inputs are here, but it has not been run.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its deciding row, a short source, and the space by its name."""

    entry: BoardEntry
    row: VerdictRow
    source: str
    space: str

    @property
    def why(self) -> str:
        """Return why the verdict is what it is."""
        return WHY[self.entry.verdict]

    @property
    def counted(self) -> str:
        """Return how many rows of the claim have each verdict."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.entry.rows.items() if count)


def lines(board: Sequence[BoardEntry], judged: Sequence[VerdictRow]) -> list[Line]:
    """Return a line for each entry of the board."""
    rows = {(row.id, row.row, row.protocol): row for row in reversed(judged)}
    return [
        Line(
            entry,
            rows[entry.id, entry.row, entry.protocol],
            re.split(r"[,(:]", entry.source)[0].strip(),
            encoder(re.sub(r"\s*\(.*\)", "", entry.space)) or "none",
        )
        for entry in board
    ]
