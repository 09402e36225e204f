"""``harness reproduce``: all that can be confirmed on this machine; and ``harness blocked``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import ARTIFACTS, LISTING, OUT, Jobs, Large, Mirror, Offline, Out, Suites
from harness.cli.plans import statuses
from harness.console.output import complain, show
from harness.errors import InputError, RunError
from harness.evidence.files import store_folder
from harness.evidence.layout import Tree

if TYPE_CHECKING:
    from harness.planning.status import Entry
    from harness.verification.recompute import Recomputed


def reproduce(
    budget: Annotated[str, typer.Option(help="Time for the rerun: 90s, 10m, 2h; or all.")] = "10m",
    jobs: Jobs = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    out: Out = OUT,
) -> None:
    """Confirm the committed evidence as far as this machine can: by hash, by recomputing, by running again.

    \b
    integrity  every hash (standard library alone: python3 repro/verify.py)
    recompute  values, intervals, verdicts, tables, figures and pages, from the committed scores
    rerun      cells whose inputs are here, the cheapest encoder first, within the budget

    Then come a line for each claim and a line for each missing input. Exit status 1 if anything differs.

    \b
    Examples: harness reproduce
              harness reproduce --budget 2h
    """
    from harness.console.blocked import MOST, blocked_lines
    from harness.console.progress import progress
    from harness.console.screen import claims_lines
    from harness.parallel.resources import default_jobs
    from harness.run.budget import parse_budget
    from harness.run.rerun import rerun

    if not LISTING.is_file():
        raise InputError(f"{LISTING}: not found, expected a checkout with its evidence")
    seconds, workers, start = parse_budget(budget), jobs or default_jobs(), time.monotonic()
    _warn()
    committed, problems, recomputed = Tree(ARTIFACTS), _integrity(), _recomputed(workers)
    entries = statuses(None, mirror, out, offline=offline, large=large)
    with progress() as on_progress:
        again = rerun(entries, Tree(out), committed, store_folder(), workers, seconds, on_progress)
    served, failed = _served(Tree(out))
    show(f"rerun      {again}  {_duration(again.seconds)}")
    problems += [*recomputed.problems, *again.problems, *failed]
    if recomputed.board:
        show("\n" + claims_lines(recomputed.board, again.confirmed() | served, recomputed.confirmed))
    if lines := blocked_lines(entries, MOST):
        show("\n" + "\n".join(lines))
    show(f"\n{committed.report() / 'index.html'} has all of it. Took {_duration(time.monotonic() - start)}.")
    if problems:
        show("\n".join(problems))
        raise RunError(f"{len(problems)} problems")


def _warn() -> None:
    from harness.numerics.pinning import obstacle

    if reason := obstacle():
        complain(f"bytes will differ from the committed ones: {reason}")


def _integrity() -> list[str]:
    from repro.verify import problems

    start = time.monotonic()
    lines, checked = problems(Path())
    show(f"integrity  {checked.removeprefix('checked ')}  {_duration(time.monotonic() - start)}")
    return lines


def _recomputed(jobs: int) -> Recomputed:
    from harness.console.progress import progress
    from harness.verification.problems import outcome, summary
    from harness.verification.recompute import recompute

    with progress() as on_progress:
        recomputed = recompute(Path(), jobs, on_progress)
    show(f"recompute  {summary(recomputed)}: {outcome(recomputed.problems)}")
    return recomputed


def _served(out: Tree) -> tuple[set[str], list[str]]:
    """Run the smoke test of the API on the sample's codecs; return its transcript's name where it passes."""
    from harness.server.serve import check

    codecs = sorted(out.codec("sample", "*").parent.glob("*.safetensors"))
    if not codecs:
        return set(), []
    failed = check(codecs, None, out.transcript("loopback"), store_folder(), lambda _line: None)
    return ({"transcripts/loopback"}, []) if not failed else (set(), [f"API: {failed} checks failed"])


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"  # noqa: PLR2004


def blocked(
    suites: Suites = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    out: Out = OUT,
) -> None:
    """Print each input that is missing here: how many cells lack it, and how to get it.

    \b
    Example: harness blocked
    """
    from harness.console.blocked import blocked_lines

    entries: list[Entry] = statuses(suites, mirror, out, offline=offline, large=large)
    show("\n".join(blocked_lines(entries)) or "nothing is missing")
