"""After a run: files that the suite no longer has are removed, and blocked cells are listed."""

from __future__ import annotations

from pathlib import Path

from harness.errors import InputError
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
                f"{tree.blocked(suite)}: found evidence of {other}, expected that of {path}: rename one of "
                "the suites, or run into another folder with --out"
            )


def settle(entries: list[Entry], chosen: list[Entry], tree: Tree) -> None:
    """Remove what no suite has any longer, if all cells are ``chosen``, and write what is blocked."""
    if len(chosen) == len(entries):
        prune(entries, tree)
    write_blocked(entries, tree)


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
                    file.unlink()


def write_blocked(entries: list[Entry], tree: Tree) -> None:
    """Write, for each suite, which cells do not run here and why; a file for every suite, even if empty."""
    for suite in dict.fromkeys(entry.cell.suite for entry in entries):
        listed = [
            {
                "cell": e.cell.id,
                "encoder": e.cell.encoder,
                "train": e.cell.train,
                "missing": e.why,
                "remedy": e.remedy,
            }
            for e in entries
            if e.cell.suite == suite and not e.can_run
        ]
        path = next(entry.inputs.where for entry in entries if entry.cell.suite == suite)
        write_stamped(
            tree.blocked(suite), {"suite": suite, "suite_file": _shown(Path(path)), "blocked": listed}
        )


def _shown(path: Path) -> str:
    """Return a suite's path, the same on every machine: from the current folder, or from the shipped one."""
    full = path.resolve()
    folders = (Path.cwd(), SHIPPED.parent)
    return next((full.relative_to(x) for x in folders if full.is_relative_to(x)), full).as_posix()
