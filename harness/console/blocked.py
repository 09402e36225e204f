"""What a person sees of inputs that are missing: a line for each, with the way to get it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.planning.status import Entry

MOST = 10  # lines that one screen has; harness blocked prints all


def blocked_lines(entries: Sequence[Entry], most: int | None = None) -> list[str]:
    """Return a line for each missing input, the commonest first: how many cells lack it, how to get it.

    Of more than ``most`` inputs the others are counted in a last line.
    """
    counts = Counter((entry.state, entry.why, entry.remedy) for entry in entries if not entry.can_run)
    lines = [_line(*reason, cells) for reason, cells in counts.most_common(most)]
    if len(counts) > len(lines):
        lines.append(f"and {len(counts) - len(lines)} more inputs: harness blocked")
    return lines


def _line(state: str, why: str, remedy: str, cells: int) -> str:
    if state == "blocked":
        return f"BLOCKED  {cells} cells: {why}. To unblock: {remedy}."
    return f"LEFT OUT {cells} cells: {why}; {remedy}."
