"""Cells of the committed evidence run again, within a budget, and compared."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BlockedError, InputError
from harness.evaluation.means import OnProgress
from harness.evidence.layout import Tree
from harness.planning.status import Entry, restated
from harness.run.budget import Batch, batches, committed_seconds, select
from harness.run.compare import FAILING, Line, compare
from harness.run.compare_means import MEANS, compare_means
from harness.run.encoding_cost import EncodingCosts
from harness.run.expectations import shortfalls
from harness.run.runner import run

QUICK = 60.0  # committed seconds, at most, of the first cells: they show the pace of this machine


@dataclass(frozen=True, slots=True)
class Rerun:
    """What was run again: a line a cell that was compared, what failed, and the cells left for more time."""

    lines: list[Line]
    failures: list[str]
    left: list[Entry]
    seconds: float

    @property
    def problems(self) -> list[str]:
        """Return a line for each cell that failed or differs."""
        differing = [f"{x.suite}: {x.cell}: {x.state}: {x.why}" for x in self.lines if x.state in FAILING]
        return [*self.failures, *differing]

    def __str__(self) -> str:
        """Return how many cells came out how, and how many were left."""
        kinds = {True: "means of suites", False: "cells"}
        states = Counter((line.cell == MEANS, line.state) for line in self.lines)
        parts = [f"{count} {kinds[of_means]} {state}" for (of_means, state), count in sorted(states.items())]
        parts += [f"{len(self.failures)} failed"] if self.failures else []
        parts += [f"{len(self.left)} left for a larger budget"] if self.left else []
        return ", ".join(parts) or "no cell has its inputs here"

    def confirmed(self) -> set[str]:
        """Return the cells, '<suite>/<cell>', that came out as committed."""
        return {f"{line.suite}/{line.cell}" for line in self.lines if line.state not in FAILING}


def rerun(
    entries: Sequence[Entry],
    out: Tree,
    committed: Tree,
    store: Path,
    jobs: int,
    budget: float | None,
    on_progress: OnProgress,
) -> Rerun:
    """Run what is to do of ``entries`` into ``out``, in ``budget`` seconds (None: all), and compare.

    Cells that are done in ``out`` already are compared as well. The cells that are quick and need no vectors
    run first, and show the pace of this machine.
    """
    start = time.monotonic()
    todo = [entry for entry in entries if entry.state == "to do"]
    attempt = functools.partial(
        _attempt, entries, out=out, committed=committed, store=store, jobs=jobs, on_progress=on_progress
    )
    if budget is None:
        chosen, failures = todo, attempt(todo)
    else:
        costs = EncodingCosts(store)
        chosen = _quick(batches(todo, committed, jobs, 1.0, costs))
        began = time.monotonic()
        failures = attempt(chosen)
        pace = _pace(chosen, committed, jobs, time.monotonic() - began)
        rest = batches(_others(todo, chosen), committed, jobs, pace, costs)
        more = select(rest, budget - (time.monotonic() - start))
        failures += attempt(more)
        chosen += more
    done = [*(entry for entry in entries if entry.state == "done"), *chosen]
    failures += shortfalls(done, out)
    return Rerun(_compared(done, out, committed), failures, _others(todo, chosen), time.monotonic() - start)


def _attempt(
    entries: Sequence[Entry],
    chosen: list[Entry],
    out: Tree,
    committed: Tree,
    store: Path,
    jobs: int,
    on_progress: OnProgress,
) -> list[str]:
    """Run the ``chosen`` of ``entries``, and return what failed, inputs that cannot be read among it."""
    suites = {entry.cell.suite for entry in chosen}  # whole: their means and records need all cells
    try:
        planned = [entry for entry in entries if entry.cell.suite in suites]
        # An attempt before this one may have run some of them: means are of what is done by now.
        waiting = {(entry.cell.suite, entry.cell.id) for entry in _others(planned, chosen)}
        planned = [
            restated(entry, out)
            if entry.state == "to do" and (entry.cell.suite, entry.cell.id) in waiting
            else entry
            for entry in planned
        ]
        return run(planned, chosen, out, store, jobs, on_progress, committed=committed) if chosen else []
    except (InputError, BlockedError) as error:
        return [str(error)]


def _quick(listed: Sequence[Batch]) -> list[Entry]:
    """Return the cells of batches that need no encoding, the quickest first, up to QUICK seconds."""
    left, chosen = QUICK, []
    for batch in sorted(listed, key=lambda each: each.seconds):
        if batch.encoding == 0 and batch.seconds <= left:
            left -= batch.seconds
            chosen += [entry for _, entry in batch.cells]
    return chosen


def _pace(chosen: Sequence[Entry], committed: Tree, jobs: int, seconds: float) -> float:
    """Return what a committed second takes here, by what was just run; 1 where nothing was."""
    expected = sum(committed_seconds(committed, entry) for entry in chosen) / jobs
    return max(seconds / expected, 0.2) if expected > 1 else 1.0


def _others(entries: Sequence[Entry], chosen: Sequence[Entry]) -> list[Entry]:
    names = {(entry.cell.suite, entry.cell.id) for entry in chosen}
    return [entry for entry in entries if (entry.cell.suite, entry.cell.id) not in names]


def _compared(done: Sequence[Entry], out: Tree, committed: Tree) -> list[Line]:
    """Return a line for each cell that was run here, and for the means of each of their suites."""
    ran = [entry.cell for entry in done if out.result(entry.cell.suite, entry.cell.id).is_file()]
    if not ran:
        return []
    cells, suites = {(cell.suite, cell.id) for cell in ran}, {cell.suite for cell in ran}
    lines = [line for line in compare(out, committed) if (line.suite, line.cell) in cells]
    return lines + [line for line in compare_means(out, committed) if line.suite in suites]
