"""Commands that check evidence and replace it: ``verify``, ``compare``, ``artifacts``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import ARTIFACTS, LISTING, OUT, Jobs, Mirror, Offline, Out
from harness.cli.plans import statuses
from harness.console.output import show
from harness.errors import InputError, RunError
from harness.evidence.layout import Tree

if TYPE_CHECKING:
    from harness.planning.status import Entry


class Tier(StrEnum):
    """How far evidence is proven."""

    INTEGRITY = "integrity"
    RECOMPUTE = "recompute"
    RERUN = "rerun"


def verify(
    root: Annotated[Path, typer.Option(help="The checkout to verify.")] = Path(),
    tier: Annotated[Tier | None, typer.Option(help="One tier; default: what takes seconds.")] = None,
    sample: Annotated[int, typer.Option(min=1, help="How many cells tier rerun runs.")] = 5,
    noise: Annotated[
        bool, typer.Option("--noise", help="Tier rerun: also measure noise, into out/noise/noise.json.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed that picks the cells of tier rerun.")] = 0,
    jobs: Jobs = None,
    mirror: Mirror = None,
    offline: Offline = False,
) -> None:
    """Check the committed evidence. Without --tier: integrity, and recompute without intervals.

    \b
    integrity  Every hash, certificate, envelope and figure; python3 repro/verify.py does the same alone.
    recompute  No data, no model: results against the suites; every value, interval, mean and comparison
               from scores and labels; contamination; claims, figures, pages and README byte for byte.
    rerun      A sample of the cells whose inputs are here, run again and compared within tolerance.
               --noise also runs each with two threads and with another seed: how far values move.

    A line at the end says which claims were locked before their evidence. No tier detects an edit with a new
    stamp of what only a run measures: training_rows, payload and state bytes, codes, training histories,
    jitter, noise, irregularities of judged sets, seconds, memory and versions in envelopes, answers in
    transcripts. Nor are scores and labels that were invented together; harness labels makes labels from data.

    \b
    Examples: harness verify --tier recompute
              harness verify --tier rerun --sample 3 --mirror DIR
              harness verify --tier rerun --noise
    """
    from harness.console.progress import progress
    from harness.parallel.resources import default_jobs
    from harness.verification import problems

    if noise and tier is not Tier.RERUN:
        raise InputError("--noise: found no --tier rerun, expected it: the sample's cells are run")
    if tier is Tier.RERUN:
        _rerun(root, sample, seed, jobs or default_jobs(), mirror, offline=offline, noise=noise)
        return
    with progress() as on_progress:
        if tier is Tier.INTEGRITY:
            lines, summary = problems.of_integrity(root)
        elif tier is Tier.RECOMPUTE:
            lines, summary = problems.of_recompute(root, jobs or default_jobs(), on_progress)
        else:
            lines, summary = problems.problems(root, jobs or default_jobs(), on_progress)
    show("\n".join([*lines, summary]))
    if lines:
        raise RunError(f"{len(lines)} problems")


def _rerun(
    root: Path, sample: int, seed: int, jobs: int, mirror: Path | None, *, offline: bool, noise: bool
) -> None:
    from harness.console.progress import progress
    from harness.console.rerun_sample import rerun_table
    from harness.evidence.files import store_folder
    from harness.run.compare import FAILING
    from harness.run.rerun_sample import rerun, sampled

    committed = Tree(root / "artifacts")
    cells = statuses(None, mirror, root / ".rerun", offline=offline)
    chosen = sampled(cells, committed, sample, seed)
    with progress() as on_progress:
        reruns = rerun(cells, chosen, committed, store_folder(), jobs, on_progress)
    show(rerun_table(reruns))
    if noise:
        _noise(cells, chosen, committed, Tree(root / OUT))
    if failing := [each for each in reruns if each.line.state in FAILING]:
        raise RunError(f"{len(failing)} of {len(reruns)} cells differ by more than their tolerance")


def _noise(cells: list[Entry], chosen: list[Entry], committed: Tree, out: Tree) -> None:
    from harness.console.noise import noise_table
    from harness.console.progress import progress
    from harness.evidence.files import store_folder
    from harness.run.noise import measured, write

    with progress() as on_progress:
        noise = measured(cells, chosen, committed, store_folder(), on_progress)
    show(noise_table(noise))
    show(f"{write(noise, out)}: how far values of {len(noise)} cells move with threads and seeds")


def compare(
    out: Out = OUT, committed: Annotated[Path, typer.Option(help="Committed evidence.")] = ARTIFACTS
) -> None:
    """Compare a run with the committed evidence, cell by cell.

    SAME BYTES: the whole file is the same. SAME VALUES: all but the digests of the code that made it.
    Contamination, sizes and n have to be the same, values and the ends of intervals within each metric's
    rerun tolerance; any other difference is named. Means over seeds are compared where all cells of a group
    are here. Exit status 1 if a cell or mean differs, if a committed one is neither here nor BLOCKED though
    its suite was run, or if nothing is compared.

    \b
    Example: harness compare
    """
    from harness.console.show import compared
    from harness.run.compare import FAILING
    from harness.run.compare import compare as compare_trees
    from harness.run.compare_means import compare_means
    from harness.verification.admission import strangers
    from harness.verification.plans import plans

    trees = Tree(out), Tree(committed)
    for tree in trees:
        for line in strangers(tree, plans(tree)):
            raise InputError(line)
    lines = [*compare_trees(*trees), *compare_means(*trees)]
    show(compared(lines))
    failing = [line for line in lines if line.state in FAILING]
    if failing:
        raise RunError(
            f"{len(failing)} cells or means differ by more than their rerun tolerance, or are missing"
        )


def artifacts(mirror: Mirror = None, offline: Offline = False, out: Out = OUT) -> None:
    """Replace artifacts/ by a run's output, render its report, and hash it anew (maintainers).

    Refused where the code differs from its commit, and where a result was made with such code.

    \b
    Example: harness artifacts --mirror DIR
    """
    from harness.run.checkout import ROOT
    from harness.run.publish import publish

    cells = statuses(None, mirror, out, offline=offline)
    show(publish(cells, Tree(out), ARTIFACTS, LISTING, ROOT))
