"""A sample of committed cells run again into a temporary folder, and compared value by value."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import RunError
from harness.evaluation.means import OnProgress
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.numerics.seeding import seeded_generator
from harness.planning.status import Entry
from harness.run.budget import committed_seconds
from harness.run.compare import Line, compare, tolerance, values_of
from harness.run.runner import run
from harness.types import Json

_CHEAPER = 2  # a sample is drawn from this part of the cells: the cheaper half


@dataclass(frozen=True, slots=True)
class Rerun:
    """A cell run again: how it compares, and its value that is furthest off for its tolerance.

    ``off`` and ``allowed`` are of that value, named ``value``; all are empty where the cell did not run.
    """

    line: Line
    value: str = ""
    committed: float | None = None
    here: float | None = None
    off: float | None = None
    allowed: float | None = None


def sampled(entries: Sequence[Entry], committed: Tree, count: int, seed: int) -> list[Entry]:
    """Return ``count`` cells that can run here and are committed, cheapest first.

    They are drawn by ``seed`` from the cheaper half, as the committed envelopes say. Raises RunError where
    there is none.
    """
    candidates = [e for e in entries if e.can_run and committed.result(e.cell.suite, e.cell.id).is_file()]
    if not candidates:
        raise RunError(
            f"{committed.root}: found no cell that can run here; harness plan says what is missing"
        )
    by_cost = sorted(candidates, key=lambda entry: (committed_seconds(committed, entry), entry.cell.id))
    cheaper = by_cost[: max(count, len(by_cost) // _CHEAPER)]
    order = seeded_generator(f"rerun {seed}").permutation(len(cheaper))[:count]
    return [cheaper[i] for i in sorted(order.tolist())]


def rerun(
    entries: Sequence[Entry],
    chosen: Sequence[Entry],
    committed: Tree,
    store: Path,
    jobs: int,
    on_progress: OnProgress,
) -> list[Rerun]:
    """Run the ``chosen`` of ``entries`` again, whatever is done, and return how each compares.

    ``entries`` are planned into an empty folder. Nothing is written but vectors and audits in ``store``.
    """
    suites = {entry.cell.suite for entry in chosen}
    planned = [entry for entry in entries if entry.cell.suite in suites]
    with tempfile.TemporaryDirectory(prefix="harness-rerun-") as folder:
        here = Tree(Path(folder))
        failures = run(planned, list(chosen), here, store, jobs, on_progress)
        ids = {(entry.cell.suite, entry.cell.id) for entry in chosen}
        if not here.results():
            raise RunError(failures[0] if failures else f"{folder}: found no result, expected {len(chosen)}")
        lines = {(line.suite, line.cell): line for line in compare(here, committed)}
        return [_compared(lines[key], here, committed) for key in sorted(ids)]


def _compared(line: Line, here: Tree, committed: Tree) -> Rerun:
    paths = [tree.result(line.suite, line.cell) for tree in (here, committed)]
    if not paths[0].is_file():
        return Rerun(line)
    ours, theirs = (read_stamped(path)[0] for path in paths)
    jitter = stability.read(committed)
    return max(
        (_value(line, key, ours, theirs, tolerance(jitter, theirs, key)) for key in _shared(ours, theirs)),
        key=lambda each: (each.off or 0.0) / (each.allowed or 1.0),
        default=Rerun(line),
    )


def _shared(ours: Json, theirs: Json) -> Iterable[Any]:
    return sorted(values_of(ours).keys() & values_of(theirs).keys())


def _value(line: Line, key: Any, ours: Json, theirs: Json, allowed: float) -> Rerun:
    here, committed = values_of(ours)[key]["value"], values_of(theirs)[key]["value"]
    return Rerun(line, " ".join(key), committed, here, abs(here - committed), allowed)
