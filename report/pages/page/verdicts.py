"""The verdict board of the page: what each entry of ``claims.json``'s board is shown with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.evidence.schema.verdict import BoardEntry, PublishedNumber, VerdictRow
from report.findings.words import encoder

# Why a verdict is what it is: by the whole interval, or by the value where no interval decides.
BY_INTERVAL = {
    "HOLDS": "The whole interval, {low} … {high}, meets what is claimed: {published}.",
    "INCONCLUSIVE": "The interval, {low} … {high}, reaches to both sides of what is claimed: {published}.",
    "FAILS": "The whole interval, {low} … {high}, falls short of what is claimed: {published}.",
}
BY_VALUE = {
    "HOLDS": "The value, {value}, meets what is claimed: {published}.",
    "INCONCLUSIVE": "The value, {value}, is not what is claimed, {published}, but its interval contains it.",
    "FAILS": "The value, {value}, is not what is claimed: {published}.",
    "BLOCKED": "An input is missing, or too large to be read without being asked for.",
    "NOT_RUN": "Its inputs are here, but it has not been run.",
}
NUMBERS: dict[PublishedNumber | None, str] = {
    "REPRODUCED": "The published number is reproduced: the interval contains it.",
    "ABOVE": "The number here is above the published one.",
    "BELOW": "The number here is below the published one.",
    "another space": "The number was published for another embedding space or data set: it is neither"
    " reproduced nor refuted.",
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
        """Return why the verdict is what it is, and what that says of the published number."""
        entry = self.entry
        by_interval = entry.low not in {None, "–"} and self.row.rule != "equal"
        reasons = BY_INTERVAL if by_interval and entry.verdict in BY_INTERVAL else BY_VALUE
        why = reasons[entry.verdict].format(
            low=entry.low, high=entry.high, value=entry.value, published=entry.published
        )
        return f"{why} {NUMBERS.get(entry.number, '')}".rstrip()

    @property
    def measured(self) -> str:
        """Return what was measured: the number, and where."""
        row = self.row
        where = [f"on {self.space}" if row.encoder else "", f"trained on {row.train}" if row.train else ""]
        return ", ".join(filter(None, [row.what, *where, row.protocol]))

    @property
    def claimed(self) -> str:
        """Return the published number without what its source adds in parentheses."""
        return re.sub(r"\s*\(.*\)", "", self.entry.published)

    @property
    def counted(self) -> str:
        """Return how many rows of the claim have each verdict."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.entry.rows.items() if count)

    @property
    def results(self) -> list[tuple[str, str]]:
        """Return the id of each result behind the value, and its file as the page links to it."""
        return [
            (each, f"../{each}.json" if each.startswith("transcripts/") else f"../results/{each}.json")
            for each in self.entry.evidence
        ]


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
