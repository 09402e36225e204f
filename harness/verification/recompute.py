"""Values, intervals, verdicts and pages computed again from scores: no model, no data, no fitting."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.means import parse_means
from harness.evidence.schema.result import check_result
from harness.evidence.schema.verdict import BoardEntry, CellEvidence, VerdictRow
from harness.evidence.stamp import read_json
from harness.parallel.workers import spread
from harness.types import Json
from harness.verification import planner_values
from harness.verification import plans as suite_plans
from harness.verification.numbers import LAST_DIGIT, ROUNDING
from harness.verification.rendering import Rendered, render_again
from harness.verification.suites import against_suites
from harness.verification.tasks import Outcome, Task

OnProgress = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What was computed again, and a line for each thing that is not as stated.

    ``last_digit`` and ``rounding`` count numbers that agree but for their last digit, or for float32 sums.
    ``confirmed``: the claims of which a row was measured, and all that such rows rest on is as stated.
    ``board``: a line a claim as judged again; empty where nothing could be rendered.
    """

    values: int
    intervals: int
    verdicts: int
    pages: int
    last_digit: int
    rounding: int
    seconds: float
    problems: list[str]
    confirmed: frozenset[str]
    board: list[BoardEntry]


@dataclass(frozen=True, slots=True)
class _Rendering:
    """The report, as a piece of work."""

    root: Path

    def run(self) -> Rendered:
        return render_again(self.root)


def recompute(root: Path, jobs: int, on_progress: OnProgress) -> Recomputed:
    """Compute all evidence below ``root`` again, and hold it to the suites; what is wrong is a line.

    Hashes are ``repro.verify``'s.
    """
    return _recompute(root, jobs, on_progress, resampled=True)


def recompute_values(root: Path, jobs: int, on_progress: OnProgress) -> Recomputed:
    """Compute the same again but for intervals, in a fifth of the time."""
    return _recompute(root, jobs, on_progress, resampled=False)


def _recompute(root: Path, jobs: int, on_progress: OnProgress, *, resampled: bool) -> Recomputed:
    start = time.monotonic()
    problems = [*against_suites(root), *planner_values.problems(Tree(root / "artifacts"))]
    tasks = sorted(_tasks(root, problems, resampled=resampled), key=lambda task: -task.cost)
    outcomes: list[Outcome] = []
    report = Rendered([], 0, [])
    work = [_Rendering(root), *tasks]
    total = sum(len(task.contents) for task in tasks)
    for outcome in spread(methodcaller("run"), work, jobs):
        if isinstance(outcome, Rendered):
            report = outcome
        else:
            outcomes.append(outcome)
            done = sum(len(each.cells) for each in outcomes)
            on_progress("cells computed again", done, total)
    agreeing = sum((outcome.agreeing for outcome in outcomes), Counter())
    problems += [line for outcome in outcomes for line in outcome.problems] + report.problems
    return Recomputed(
        values=sum(outcome.values for outcome in outcomes),
        intervals=sum(outcome.intervals for outcome in outcomes),
        verdicts=len(report.rows),
        pages=report.pages,
        last_digit=agreeing[LAST_DIGIT],
        rounding=agreeing[ROUNDING],
        seconds=time.monotonic() - start,
        problems=[*dict.fromkeys(problems)],
        confirmed=claims_confirmed(report, outcomes),
        board=report.board,
    )


def _tasks(root: Path, problems: list[str], *, resampled: bool) -> Iterator[Task]:
    tree = Tree(root / "artifacts")
    try:
        plans = suite_plans.plans(tree, suites=suite_plans.files_of(root), committed=tree.root)
        cells = {name: list(plan.cells) for name, plan in plans.items()}
    except InputError:
        return  # a line of against_suites
    for suite, plan in plans.items():
        contents = _contents(tree, suite, cells[suite], problems)
        # Where every cell is blocked or left out, no run writes means.
        batches = _batches(tree, suite, problems) if contents or tree.means(suite).is_file() else {}
        pieces: dict[tuple[str, str], dict[str, Json]] = {}
        for cell, content in contents.items():
            own = content["inputs"]["cell"]
            pieces.setdefault((own["encoder"], own["train"]), {})[cell] = content
        problems += [
            f"{tree.means(suite)}: {' '.join(setting)}: found means, expected none where no result is"
            for setting in sorted(batches.keys() - pieces.keys())
        ]
        for setting, piece in pieces.items():
            yield Task(tree, suite, piece, batches.get(setting, []), plan.suite.baselines, resampled)


def _contents(tree: Tree, suite: str, cells: list[str], problems: list[str]) -> dict[str, Json]:
    """Return the results of a suite by cell, in the plan's order; one that is none is a line."""
    contents: dict[str, Json] = {}
    for cell in cells:
        path = tree.result(suite, cell)
        try:
            if path.is_file():
                contents[cell] = check_result(path, read_json(path).get("content"))
        except InputError as error:
            problems.append(str(error))
    return contents


def _batches(tree: Tree, suite: str, problems: list[str]) -> Mapping[tuple[str, str], list[dict[str, Any]]]:
    """Return the batches of a suite's means by encoder and training split."""
    path = tree.means(suite)
    batches: dict[tuple[str, str], list[dict[str, Any]]] = {}
    try:
        means = parse_means(path, read_json(path).get("content"))
    except InputError as error:
        problems.append(str(error))
        return batches
    for batch in means.batches:
        own = batch.model_dump(exclude_unset=True)
        batches.setdefault((batch.of.encoder, batch.of.train), []).append(own)
    return batches


def claims_confirmed(report: Rendered, outcomes: list[Outcome]) -> frozenset[str]:
    """Return the claims with measured rows that all rest on cells without a problem, and are rendered so."""
    if report.problems:
        return frozenset()
    sound = frozenset().union(*(outcome.cells for outcome in outcomes if not outcome.problems))
    by_claim: dict[str, list[VerdictRow]] = {}
    for row in report.rows:
        if row.evidence:
            by_claim.setdefault(row.id, []).append(row)
    return frozenset(
        claim
        for claim, rows in by_claim.items()
        if all(isinstance(one, CellEvidence) and one.cell in sound for row in rows for one in row.evidence)
    )
