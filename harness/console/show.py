"""What a person sees: tables and lines. Colours only on a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.console.blocked import blocked_lines
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import VerdictRow
from harness.evidence.stability import mark
from harness.planning.status import Entry
from harness.run.compare import Line
from harness.types import Json


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
        own = [entry for entry in entries if entry.cell.suite == suite]
        done = sum(entry.state == "done" for entry in own)
        todo = sum(entry.state == "to do" for entry in own)
        blocked = sum(entry.state == "blocked" for entry in own)
        large = sum(entry.state == "left out" for entry in own)
        failed = sum(line.startswith(f"{suite}: ") for line in failures)
        did = (f"{todo} run" + (f", {failed} failed" if failed else "")) if todo else "nothing to do"
        lines.append(
            f"{suite}: {did}, {done} done before, {blocked} blocked"
            + (f", {large} left out" if large else "")
        )
    lines += blocked_lines(entries)
    return "\n".join([*lines, *(f"FAILED   {line}" for line in failures)])


def jittered(entries: Sequence[Entry], tree: Tree, failures: Sequence[str]) -> str:
    """Return, a suite a line, how many pipelines were disturbed and which are unstable; then what failed."""
    jitter = stability.read(tree)
    lines = []
    for suite in dict.fromkeys(entry.cell.suite for entry in entries):
        pipelines = [pipeline for pipeline in jitter.moves if pipeline[0] == suite]
        names = [" ".join(filter(None, x[1:])) for x in sorted(jitter.unstable, key=str) if x[0] == suite]
        unstable = f", unstable: {', '.join(names)}" if names else ""
        lines.append(f"{suite}: {len(pipelines)} pipelines disturbed, {len(names)} unstable{unstable}")
    return "\n".join([*lines, *(f"FAILED   {line}" for line in failures)])


def removed(surplus: Sequence[Path]) -> str:
    """Return a line on results that their suite no longer has: removed, or still there."""
    gone = [path for path in surplus if not path.exists()]
    still = [path for path in surplus if path.exists()]
    lines = [f"REMOVED  {len(gone)} results that their suite no longer has: {gone[0]} …"] if gone else []
    if still:
        lines.append(
            f"KEPT     {len(still)} results that their suite no longer has: {still[0]} …; "
            "a run without --only removes them"
        )
    return "\n".join(lines)


def compared(lines: Sequence[Line]) -> str:
    """Return counts of each state a suite, and a line for each cell of which there is more to say."""
    texts = []
    for suite in dict.fromkeys(line.suite for line in lines):
        states = [line.state for line in lines if line.suite == suite]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        texts.append(f"{suite}: {counts}")
    texts += [f"{line.state}  {line.suite}  {line.cell}: {line.why}" for line in lines if line.why]
    return "\n".join(texts)


def claims_table(claims: Sequence[VerdictRow]) -> Any:
    """Return the claims as a table, a row a published number, encoder and protocol; then what was blocked.

    Own claims are a table of their own. A check of a server says which server answered where an encoder's row
    has its protocol.
    """
    from rich.console import Group

    origins = {"published": "Published claims", "own": "Claims of this project"}
    tables = [
        _claims_of([claim for claim in claims if claim.origin == origin], title)
        for origin, title in origins.items()
    ]
    reasons = dict.fromkeys(f"{claim.verdict}: {claim.reason}" for claim in claims if claim.reason)
    return Group(*tables, *reasons)


def _claims_of(claims: Sequence[VerdictRow], title: str) -> Any:
    from rich.table import Table

    columns = ("claim", "row", "protocol", "published", "here", "95 % interval", "verdict", "number")
    table = Table(*columns, title=title, title_justify="left")
    for claim in claims:
        printed = claim.printed
        interval = "" if claim.low is None else f"{printed.low} … {printed.high}"
        source, here = claim.protocol or claim.server or "", printed.value or ""
        verdict = claim.verdict + (" (arithmetic)" if claim.arithmetic else "")
        number = ", ".join(filter(None, [claim.number, "selected here" if claim.selected_here else None]))
        table.add_row(claim.id, claim.row, source, printed.published, here, interval, verdict, number)
    return table


def rows_table(rows: Sequence[Json]) -> Any:
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
        shown = {**row, "value": f"{row['value']}{mark(row.get('jitter'))}"}
        table.add_row(*(str(shown[column]) for column in columns))
    return table


def _counts(entries: Sequence[Entry]) -> str:
    states = [entry.state for entry in entries]
    counts = [f"{states.count(state)} {state}" for state in ("done", "to do", "blocked")]
    return ", ".join([*counts, *[f"{states.count('left out')} left out"] * ("left out" in states)])


def diagnosis(numerics: Json) -> str:
    """Return what ``harness doctor`` says, its last line whether this machine gives the committed bytes."""
    lines = ["processor's flags: " + " ".join(numerics["flags"])]
    lines += [
        f"{name}: {used}"
        + (f" (expected {numerics['expected'][name]})" if used != numerics["expected"][name] else "")
        for name, used in numerics["dispatch"].items()
    ]
    lines += [f"overridden: {name}={value}" for name, value in numerics["overridden"].items()]
    lines += [f"cannot be held: {line}" for line in numerics["unpinned"]]
    problems = "; ".join(numerics["problems"])
    lines.append(
        f"This machine gives other bytes: {problems}" if problems else "This machine gives the same bytes."
    )
    return "\n".join(lines)
