"""What a person sees: tables, lines and progress bars. Colours and bars only on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from harness.core import Json
from harness.rerun import Line
from harness.status import Entry


def show(text: Any) -> None:
    """Print text, or a rich table, to standard output."""
    if isinstance(text, str):
        sys.stdout.write(text + "\n")
        return
    from rich.console import Console

    # Where output is no terminal, a table is as wide as it needs to be, so that nothing is cut.
    Console(width=None if sys.stdout.isatty() else 200).print(text)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that draws a bar with the time left for each thing done; silent off a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield told


def listing(found: Mapping[str, Any]) -> str:
    """Return what there is, a heading a kind."""
    lines = []
    for kind, entries in found.items():
        lines.append(f"{kind}:")
        if isinstance(entries, dict):
            lines += [f"  {name:<22} {said}" for name, said in entries.items()]
        else:
            lines.append("  " + ", ".join(entries))
    return "\n".join(lines)


def planned(entries: Sequence[Entry], *, as_json: bool) -> str:
    """Return every cell with its state and reason."""
    if as_json:
        rows = [
            {"suite": e.cell.suite, "cell": e.cell.id, "state": e.state, "why": e.why, "remedy": e.remedy}
            for e in entries
        ]
        return json.dumps(rows, indent=1)
    lines = [f"{e.state:<8} {e.cell.suite}  {e.cell.id}" + (f"  ({e.why})" if e.why else "") for e in entries]
    return "\n".join([*lines, _counts(entries)])


def ran(entries: Sequence[Entry], failures: Sequence[str]) -> str:
    """Return what a run did: counts a suite, what was blocked and how to unblock it, what failed."""
    lines = []
    for suite in dict.fromkeys(entry.cell.suite for entry in entries):
        mine = [entry for entry in entries if entry.cell.suite == suite]
        done = sum(entry.state == "done" for entry in mine)
        todo = sum(entry.state == "to do" for entry in mine)
        blocked = sum(entry.state == "blocked" for entry in mine)
        failed = sum(line.startswith(f"{suite}: ") for line in failures)
        did = (f"{todo} run" + (f", {failed} failed" if failed else "")) if todo else "nothing to do"
        lines.append(f"{suite}: {did}, {done} done before, {blocked} blocked")
    for why, remedy in dict.fromkeys(
        (entry.why, entry.remedy) for entry in entries if entry.state == "blocked"
    ):
        count = sum((entry.why, entry.remedy) == (why, remedy) for entry in entries)
        lines.append(f"BLOCKED  {count} cells: {why}. To unblock: {remedy}.")
    return "\n".join([*lines, *(f"FAILED   {line}" for line in failures)])


def compared(lines: Sequence[Line]) -> str:
    """Return counts of each state a suite, and a line for each cell that differs."""
    said = []
    for suite in dict.fromkeys(line.suite for line in lines):
        states = [line.state for line in lines if line.suite == suite]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        said.append(f"{suite}: {counts}")
    said += [
        f"{line.state}  {line.suite}  {line.cell}: {line.why}" for line in lines if line.state == "DIFFERS"
    ]
    return "\n".join(said) or "nothing to compare"


def claims_table(claims: Sequence[Mapping[str, Any]]) -> Any:
    """Return the claims as a table, a row a published number, encoder and protocol; then what was blocked.

    A check of a server says which server answered where an encoder's row has its protocol.
    """
    from rich.console import Group
    from rich.table import Table

    columns = ("claim", "row", "protocol", "published", "here", "95 % interval", "verdict")
    table = Table(*columns)
    for claim in claims:
        printed = claim["printed"]
        interval = "" if claim["low"] is None else f"{printed['low']} … {printed['high']}"
        place = claim["protocol"] or claim.get("server", "")
        here = printed.get("value", "")
        table.add_row(
            claim["id"], claim["row"], place, printed["published"], here, interval, claim["verdict"]
        )
    reasons = dict.fromkeys(f"{claim['verdict']}: {claim['reason']}" for claim in claims if claim["reason"])
    return Group(table, *reasons)


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return flat result rows as a table."""
    from rich.table import Table

    columns = (
        "suite",
        "cell",
        "protocol",
        "dataset",
        "metric",
        "bytes_per_vector",
        "value",
        "low",
        "high",
        "n",
    )
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    return table


def _counts(entries: Sequence[Entry]) -> str:
    states = [entry.state for entry in entries]
    return ", ".join(f"{states.count(state)} {state}" for state in ("done", "to do", "blocked"))


def diagnosis(found: Json) -> str:
    """Return what ``harness doctor`` says, its last line whether this machine gives the committed bytes."""
    lines = ["processor's flags: " + " ".join(found["flags"])]
    lines += [
        f"{name}: {used}"
        + (f" (expected {found['expected'][name]})" if used != found["expected"][name] else "")
        for name, used in found["dispatch"].items()
    ]
    lines += [f"overridden: {name}={value}" for name, value in found["overridden"].items()]
    lines += [f"cannot be held: {line}" for line in found["unpinned"]]
    said = "; ".join(found["problems"])
    lines.append(f"This machine gives other bytes: {said}" if said else "This machine gives the same bytes.")
    return "\n".join(lines)
