"""Which lines of the board are losses and which differences, computed from the claims."""

from __future__ import annotations

from support.verdict_rows import a_row

from report.pages.points import in_points
from report.verdicts.board import board
from report.verdicts.claims import load_claims


def test_losses_and_differences_are_those_of_the_deciding_rows() -> None:
    """C2 is a loss, C8 and T6 compare pipelines; C1 has a loss among its rows, and is decided by another."""
    rows = {
        "C1": "retention-117x",
        "C2": next(row.row for claim in load_claims() if claim.id == "C2" for row in claim.every_row()),
        "C8": "signs-less-lens-13",
        "T6": "width-1-nfcorpus",
    }
    entries = board([a_row(id=name, row=f"{row}.minilm.stsb-train") for name, row in rows.items()])
    assert "; losses (C2) and differences (C8 and T6) are in points" == in_points(entries, load_claims())


def test_nothing_is_said_where_nothing_is_in_points() -> None:
    """A share of something alone."""
    entries = board([a_row(id="C1", row="retention-117x.minilm.stsb-train")])
    assert "" == in_points(entries, load_claims())
