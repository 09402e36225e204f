"""Which claims are printed in points: losses, and differences of two methods."""

from __future__ import annotations

from collections.abc import Sequence

from harness.evidence.schema.verdict import BoardEntry
from report.findings.words import listed
from report.verdicts.claim_rows import PublishedRow
from report.verdicts.claims import Claim


def in_points(board: Sequence[BoardEntry], claims: Sequence[Claim]) -> str:
    """Return a clause that names the losses and the differences on the board, to follow a main clause.

    A line shows the row that decides its claim: its metric is a loss, or it compares two pipelines.
    Nothing is returned where no line does either.
    """
    rows = {(claim.id, row.row): row for claim in claims for row in claim.every_row()}
    deciding = {entry.id: rows.get((entry.id, entry.row.partition(".")[0])) for entry in board}
    losses = [name for name, row in deciding.items() if row and not row.against and _is_loss(row)]
    differences = [name for name, row in deciding.items() if row and row.against]
    named = {"losses": losses, "differences": differences}
    parts = [f"{what} ({listed(names)})" for what, names in named.items() if names]
    return f"; {' and '.join(parts)} are in points" if parts else ""


def _is_loss(row: PublishedRow) -> bool:
    return row.metric.partition("@")[0].endswith("loss")
