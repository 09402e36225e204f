"""The one screen of ``harness reproduce``: a line a claim, with how it was confirmed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from harness.evidence.schema.verdict import BoardEntry

_SENTENCE, _SPACE = 46, 20  # characters of a claim's sentence, and of a space's name


def claims_lines(board: Sequence[BoardEntry], rerun: Collection[str], recomputed: Collection[str]) -> str:
    """Return a line a claim: verdict, the number that decides it beside the published one, how confirmed.

    ``rerun``: cells and transcripts that came out as committed here; ``recomputed``: ids of claims that were
    computed again from scores.
    """
    head = ("", "claim", "verdict", "here", "published", "space", "confirmed by")
    rows = [head, *(_claim(entry, rerun, recomputed) for entry in board)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([*lines, "* not the space, or not the data, that the number was published for"])


def _claim(entry: BoardEntry, rerun: Collection[str], recomputed: Collection[str]) -> tuple[str, ...]:
    interval = f" ({entry.low} to {entry.high})" if entry.low and entry.low != entry.high else ""
    here = f"{entry.value}{interval}" if entry.value else "–"
    space = _short(entry.space, _SPACE) + ("" if entry.role == "as published" or not entry.space else "*")
    return (
        entry.id,
        _short(entry.sentence, _SENTENCE),
        entry.verdict,
        here,
        entry.published,
        space,
        confirmed_by(entry, rerun, recomputed),
    )


def confirmed_by(entry: BoardEntry, rerun: Collection[str], recomputed: Collection[str]) -> str:
    """Return the strongest of rerun, recompute and hash that confirmed a claim's evidence here."""
    if not entry.evidence:
        return "–"
    if all(name in rerun for name in entry.evidence):
        return "rerun"
    return "recompute" if entry.id in recomputed else "hash"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 2].rstrip() + " …"
