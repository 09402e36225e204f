"""Cells whose worker was killed: each that is not done runs once more, alone, and then fails with a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.parallel.memory import REMEDY
from harness.parallel.workers import Retry
from harness.run.group import Group


def one_by_one(groups: Iterable[Group]) -> Retry[Group, tuple[int, list[str]]]:
    """Return how ``groups``, none of which has run, go on where a worker is killed."""
    results = (group.tree.result(cell.suite, cell.id) for group in groups for _, cell in group.cells)
    return Retry(_Left(frozenset(path for path in results if path.is_file())), _failed)


@dataclass(frozen=True, slots=True)
class _Left:
    """Splits a group into cells that are not done; ``forced`` are results that there were before it ran."""

    forced: frozenset[Path]

    def __call__(self, group: Group) -> list[Group]:
        paths = [(cell, group.tree.result(cell[1].suite, cell[1].id)) for cell in group.cells]
        return [
            Group((cell,), group.tree) for cell, path in paths if path in self.forced or not path.is_file()
        ]


def _failed(group: Group, line: str) -> tuple[int, list[str]]:
    """Return what a group comes to whose worker was killed again, as ``run_group`` does."""
    return len(group.cells), [f"{cell.suite}: {cell.id}: {line}; {REMEDY}" for _, cell in group.cells]
