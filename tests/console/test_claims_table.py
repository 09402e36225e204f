"""What ``harness claims`` prints: both answers, own claims apart."""

from __future__ import annotations

import io

from rich.console import Console
from support.verdict_rows import UNMEASURED, a_row

from harness.console.show import claims_table


def test_own_claims_are_a_table_of_their_own() -> None:
    """Published ones first, each row with verdict and number; a reason stands below the tables."""
    rows = [
        a_row(id="C8", origin="own", selected_here=True),
        a_row(id="C1", number="ABOVE"),
        a_row(id="S1", arithmetic=True),
        a_row(id="A2", **UNMEASURED),
    ]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(claims_table(rows))
    published, _, own = console.export_text().partition("Claims of this project")
    assert published.lstrip().startswith("Published claims")
    lines = [[cell.strip() for cell in line.split("│")] for line in published.splitlines() if "│" in line]
    assert [
        ["C1", "HOLDS", "ABOVE"], ["S1", "HOLDS (arithmetic)", ""], ["A2", "BLOCKED", ""]
    ] == [[line[1], line[7], line[8]] for line in lines]  # fmt: skip
    assert "selected here" in own
    assert "BLOCKED: no hub" == own.rstrip().splitlines()[-1].rstrip()
