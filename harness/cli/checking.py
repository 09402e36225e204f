"""Commands that check evidence and replace it: ``verify``, ``compare``, ``artifacts``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import ARTIFACTS, LISTING, OUT, Mirror, Offline, Out
from harness.cli.plans import statuses
from harness.console.output import show
from harness.errors import InputError, RunError
from harness.evidence.layout import Tree


def verify(root: Annotated[Path, typer.Option(help="The checkout to verify.")] = Path()) -> None:
    """Check the committed evidence in every way that needs no data and runs nothing again.

    \b
    By hash: ARTIFACTS.sha256 both ways, certificates, files, structure, envelopes
      (python3 repro/verify.py does this alone, without a package).
    Against the suites: no result that they have not, none missing that is not BLOCKED.
    By recomputing: values whose scores are all in the evidence come out again from
      them; of the others the number of items is checked. Of means over seeds and of comparisons
      some intervals a suite are drawn again; of the others the hash is checked.
    By rendering: claims, figures, report and the README's part come out in the same bytes.
    Seconds and versions in an envelope are held by the hash alone.

    \b
    Example: harness verify
    """
    from harness.verification.problems import problems

    lines, summary = problems(root)
    show("\n".join([*lines, summary]))
    if lines:
        raise RunError(f"{len(lines)} problems")


def compare(
    out: Out = OUT, committed: Annotated[Path, typer.Option(help="Committed evidence.")] = ARTIFACTS
) -> None:
    """Compare a run with the committed evidence, cell by cell.

    SAME BYTES: the whole file. SAME VALUES: all but the digests of the code that made it.
    Contamination, sizes and n have to be the same; values and the ends of intervals within each metric's
    rerun tolerance; what else is not the same is named. So are means over seeds, of groups of which all cells
    are here. Exit status 1 where a cell or mean differs, where one that is committed is neither here nor
    BLOCKED though its suite was run, or where nothing is compared.

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
