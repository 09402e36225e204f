"""Commands that run evidence again and report the outcome: ``replay``, ``receipt``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.evidence import existing
from harness.cli.options import ARTIFACTS, OUT, From, Jobs, Large, Mirror, Offline, Out
from harness.cli.plans import statuses
from harness.console.output import complain, show
from harness.errors import RunError
from harness.evidence.files import store_folder
from harness.evidence.layout import Tree

if TYPE_CHECKING:
    from harness.planning.status import Entry


def replay(
    named: Annotated[str, typer.Argument(metavar="ID", help="A claim, a row of one (C8:row), or a cell.")],
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    jobs: Jobs = None,
    source: From = ARTIFACTS,
    out: Annotated[
        Path | None, typer.Option(help="Keep the rerun in this folder; otherwise it is deleted.")
    ] = None,
) -> None:
    """Rerun only what a claim's verdict rests on, compare it, and judge the claim by it.

    For a claim the row that decides it is run, for C8:row that row. The time that the cells took before is
    printed first. Exit status 1 if a cell, mean or verdict is not as committed; 2 if an input is missing.

    \b
    Examples: harness replay C8 --mirror DIR
              harness replay sample/minilm.lee-background.identity.s0
    """
    from harness.console import replay as printed
    from harness.console.progress import progress
    from harness.console.show import compared
    from harness.parallel.resources import default_jobs
    from harness.run import replay as replaying
    from harness.run.compare import FAILING
    from harness.run.judged_again import judged_again
    from harness.run.runner import run
    from harness.verification.references import reference

    committed = existing(source)
    target = replaying.target(reference(named), committed)
    show(printed.cost(named, len(target.cells), replaying.budget(target.cells, committed)))
    with tempfile.TemporaryDirectory(prefix="harness-replay-") as folder:
        tree = Tree(out or Path(folder, "out"))
        suites = replaying.suite_files(target.cells, committed)
        entries = statuses(suites, mirror, tree.root, offline=offline, large=large)
        _complain(chosen := replaying.chosen(entries, target.cells))
        with progress() as on_progress:
            workers = jobs or default_jobs()
            failing = run(entries, chosen, tree, store_folder(), workers, on_progress, committed=committed)
        if not tree.results():
            _refuse(named, failing)
        lines = replaying.compared(target, tree, committed)
        show(compared(lines))
        failing += [f"{x.suite} {x.cell} {x.state}" for x in lines if x.state in FAILING]
        if target.entry:
            rows, entry = judged_again(target, tree, committed, Path(folder, "merged"))
            show("\n".join(printed.verdicts(target, rows, entry)))
            failing += replaying.changed(target, rows, entry)
    _refuse(named, failing)


def _complain(entries: list[Entry]) -> None:
    from harness.console.blocked import blocked_lines

    for line in blocked_lines(entries):
        complain(line)


def _refuse(named: str, failing: list[str]) -> None:
    if failing:
        raise RunError(f"{named}: {failing[0]}" + (f", and {len(failing) - 1} more" if failing[1:] else ""))


def receipt(
    out: Out = OUT,
    committed: Annotated[Path, typer.Option(help="Committed evidence.")] = ARTIFACTS,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write to; default: receipts/ of the run.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Sign with this ed25519 key (PEM, no password).")
    ] = None,
) -> None:
    """Write a receipt of what a rerun confirmed: an in-toto statement of how each cell came out.

    It names the committed results by sha256, the commit, packages and machine, but no time. Signed with a
    key, it is a DSSE envelope that holds the public key. To have it counted, add it to artifacts/receipts/.

    \b
    Examples: harness receipt
              harness receipt --key ~/.keys/receipts.pem
    """
    from harness.run.receipts import statement, write_receipt

    content = statement(existing(out), existing(committed), Path("constraints.txt"))
    path = write_receipt(content, to or out / "receipts", key)
    predicate = content["predicate"]
    counts = (f"{len(predicate[name + 'Tests'])} {name}" for name in ("passed", "warned", "failed"))
    show(f"{path}: {predicate['result']}, {', '.join(counts)}, {'signed' if key else 'not signed'}")
