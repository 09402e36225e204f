"""Which suite file evidence answers to, and the cells that this file plans.

In ``artifacts/`` it is the file that the suite's name finds. In any other folder the run has noted its file
under ``suite_file`` in ``results/<suite>.suite.json``. That file counts while it exists, else the one that
the name finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json
from harness.planning.cells import Cell, cells
from harness.planning.models import Suite
from harness.planning.shipped import suites as suites_by_name
from harness.planning.suite import load

COMMITTED = Path("artifacts")


@dataclass(frozen=True)
class Plan:
    """A suite file with its cells by their ids."""

    path: Path

    @cached_property
    def suite(self) -> Suite:
        """Return the suite; raise InputError for a file that is none."""
        return load(self.path)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Return the cells of the suite."""
        return {cell.id: cell for cell in cells(self.suite, str(self.path))}


def names(tree: Tree) -> list[str]:
    """Return the suites that ``tree`` has results or a record of."""
    folder = tree.root / "results"
    folders = {path.name for path in folder.glob("*") if path.is_dir()}
    return sorted(folders | {path.name.removesuffix(".suite.json") for path in folder.glob("*.suite.json")})


def suite_file(tree: Tree, suite: str, *, suites: Mapping[str, Path], committed: Path) -> Path | None:
    """Return the file of a suite that ``tree`` has evidence of, by the rule above; None for none."""
    noted = None if tree.root.resolve() == committed.resolve() else noted_file(tree, suite)
    candidates = (path for path in (noted, suites.get(suite)) if path is not None)
    return next((path for path in candidates if path.stem == suite and path.is_file()), None)


def noted_file(tree: Tree, suite: str) -> Path | None:
    """Return the suite file that a run into ``tree`` noted; None where none did."""
    noted = content_of(tree.suite(suite)).get("suite_file")
    return Path(noted) if isinstance(noted, str) and "\0" not in noted else None


def plans(
    tree: Tree, *, suites: Mapping[str, Path] | None = None, committed: Path = COMMITTED
) -> dict[str, Plan]:
    """Return the plan of every suite that ``tree`` has evidence of and that there is a file of.

    ``suites``: the files by name, where they are not those that ``harness plan`` finds.
    """
    by_name = suites_by_name() if suites is None else suites
    files = {name: suite_file(tree, name, suites=by_name, committed=committed) for name in names(tree)}
    return {name: Plan(path) for name, path in files.items() if path is not None}


def files_of(root: Path) -> dict[str, Path]:
    """Return the suites of a checkout by their names."""
    return {path.stem: path for path in (root / "suites").glob("*.toml")}


def content_of(path: Path) -> dict[str, Any]:
    """Return the content of a stamped file, unchecked; empty where there is none or it is no object."""
    try:
        content = read_json(path).get("content") if path.is_file() else None
    except InputError:
        return {}
    return content if isinstance(content, dict) else {}
