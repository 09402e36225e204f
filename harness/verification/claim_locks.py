"""A line on the claims' locks: it shows what was written down before its evidence, and is no problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from harness.evidence.schema.verdict import BoardEntry, LockState


def locks_line(board: Sequence[BoardEntry]) -> str:
    """Return how many claims are in each state of the lock; those that are not locked are named by id."""
    ids = {state: [entry.id for entry in board if entry.lock == state] for state in get_args(LockState)}
    parts = [
        f"{len(claims)} {state.replace(' its ', ' their ')}"
        + (f" ({', '.join(claims)})" if claims and state != "locked" else "")
        for state, claims in ids.items()
    ]
    return f"claims: {', '.join(parts)}"
