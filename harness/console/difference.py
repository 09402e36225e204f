"""What ``harness diff`` prints: Markdown, what is larger than noise first."""

from __future__ import annotations

from collections.abc import Sequence

from harness.run.difference import Change, Difference, Ends


def markdown(names: tuple[str, str], different: Difference) -> str:
    """Return the difference of two trees, which are called by their ``names``."""
    larger = [change for change in different.changes if change.larger_than_noise]
    smaller = [change for change in different.changes if not change.larger_than_noise]
    counts = f"{len(larger)} values moved by more than noise, {len(smaller)} by less; "
    counts += f"{different.same} cells have the same values, {len(different.added)} are new, "
    counts += f"{len(different.removed)} are gone; {_changed_verdicts(different)}."
    lines = [f"# {names[0]} … {names[1]}", "", counts]
    if different.verdicts:
        rows = [f"| {each.id} | {each.before or '–'} | {each.after or '–'} |" for each in different.verdicts]
        lines += ["", "## Verdicts", "", "| claim | before | after |", "|---|---|---|", *rows]
    for title, changes in (("Larger than noise", larger), ("Within noise", smaller)):
        lines += _table(title, changes)
    for title, cells in (("New cells", different.added), ("Cells that are gone", different.removed)):
        lines += ["", f"## {title}", "", *(f"- {cell}" for cell in cells)] if cells else []
    return "\n".join(lines)


def _changed_verdicts(different: Difference) -> str:
    if different.verdicts is None:
        return "verdicts are not compared: one of the two has no report of this form"
    return f"{len(different.verdicts)} verdicts changed"


def _table(title: str, changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    rows = [
        f"| {change.cell} | {' '.join(change.key)} | {_shown(change.before)} | {_shown(change.after)} "
        f"| {_moved(change)} | {change.noise:.2g} |"
        for change in changes
    ]
    head = "| cell | value | before | after | difference | noise |"
    return ["", f"## {title}", "", head, "|---|---|---|---|---|---|", *rows]


def _shown(ends: Ends | None) -> str:
    return "–" if ends is None else f"{ends[0]:.6g} ({ends[1]:.6g} … {ends[2]:.6g})"


def _moved(change: Change) -> str:
    if change.before is None or change.after is None:
        return "–"
    return f"{change.after[0] - change.before[0]:+.3g}"
