"""The line on the claims' locks that ``harness verify`` ends with."""

from __future__ import annotations

from support.verdict_rows import a_row

from harness.verification.claim_locks import locks_line
from report.verdicts.board import board


def test_claims_that_are_not_locked_are_named_by_id() -> None:
    """Those that are locked are counted alone."""
    states = {"C1": "locked", "C2": "not locked", "C3": "changed after its evidence", "C4": "not locked"}
    rows = [a_row(id=name, lock=state) for name, state in states.items()]
    expected = "claims: 1 locked, 1 changed after their evidence (C3), 2 not locked (C2, C4)"
    assert expected == locks_line(board(rows))


def test_claims_that_are_all_locked_are_counted() -> None:
    """No name and no empty brackets."""
    expected = "claims: 1 locked, 0 changed after their evidence, 0 not locked"
    assert expected == locks_line(board([a_row(), a_row()]))
