"""After a run: files that the suite no longer has are removed, and each suite is described."""

from __future__ import annotations

from pathlib import Path

from harness.errors import InputError
from harness.evaluation.suite_record import described
from harness.evidence.layout import Tree
from harness.evidence.stamp import write_stamped
from harness.planning.shipped import SHIPPED
from harness.planning.status import Entry
from harness.verification import plans


def check_origin(entries: list[Entry], tree: Tree) -> None:
    """Raise InputError where ``tree`` has results of another suite file of the same name."""
    for suite, path in {entry.cell.suite: entry.inputs.where for entry in entries}.items():
        other = plans.noted_file(tree, suite)
        if other is not None and other.is_file() and other.resolve() != Path(path).resolve():
            raise InputError(
                f"{tree.suite(suite)}: found evidence of {other}, expected that of {path}: rename one of "
                "the suites, or run into another folder with --out"
            )


def settle(entries: list[Entry], chosen: list[Entry], tree: Tree) -> None:
    """Remove what no suite has any longer, if all cells are ``chosen``, and describe the suites."""
    if len(chosen) == len(entries):
        prune(entries, tree)
    write_records(entries, tree)


def prune(entries: list[Entry], tree: Tree) -> None:
    """Remove what cells left that their suite no longer has: a report must not mix two states of a suite."""
    names_of: dict[str, set[str]] = {}
    for entry in entries:
        names_of.setdefault(entry.cell.suite, set()).update((entry.cell.id, entry.cell.encoder))
    for suite, names in names_of.items():
        for location in (tree.result, tree.envelope, tree.scores, tree.codec):
            path = location(suite, "*")
            for file in path.parent.glob(path.name):
                if file.name.removesuffix(path.suffix) not in names:
                    file.unlink(missing_ok=True)  # another shard may have removed it


def write_records(entries: list[Entry], tree: Tree) -> None:
    """Write, for each suite, what it says of itself, and which cells do not run here and why."""
    by_suite: dict[str, list[Entry]] = {}
    for entry in entries:
        by_suite.setdefault(entry.cell.suite, []).append(entry)
    for name, own in by_suite.items():
        inputs = own[0].inputs
        blocked = [
            {
                "cell": e.cell.id,
                "encoder": e.cell.encoder,
                "train": e.cell.train,
                "missing": e.why,
                "remedy": e.remedy,
            }
            for e in own
            if not e.can_run
        ]
        description = described(inputs.suite, [e.cell for e in own])
        file = _shown(Path(inputs.where))
        write_stamped(
            tree.suite(name), {"suite": name, "suite_file": file, **description, "blocked": blocked}
        )


def _shown(path: Path) -> str:
    """Return a suite's path, the same on every machine: from the current folder, or from the shipped one."""
    full = path.resolve()
    folders = (Path.cwd(), SHIPPED.parent)
    return next((full.relative_to(x) for x in folders if full.is_relative_to(x)), full).as_posix()
