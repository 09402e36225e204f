"""Which cells are done, blocked or to do, and why; reads small files, runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.errors import InputError, LeftOutError
from harness.evidence.checked import Checked
from harness.evidence.files import inside, sha256_file
from harness.evidence.layout import Tree
from harness.planning.cells import Cell, cells
from harness.planning.resolve import Inputs, locate
from harness.planning.suite import load
from harness.types import Place

State = Literal["done", "blocked", "left out", "to do"]
FORCED = "forced"  # why a cell is to do that is done


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell and how it stands. ``why`` is empty for a cell that is done."""

    inputs: Inputs
    cell: Cell
    state: State
    why: str
    remedy: str = ""

    @property
    def can_run(self) -> bool:
        """Return whether the cell is done or to do."""
        return self.state in {"done", "to do"}


def entries(path: Path, place: Place, tree: Tree, *, force: bool = False) -> list[Entry]:
    """Return every cell of the suite at ``path`` with its state; ``force`` takes nothing as done."""
    suite = load(path)
    inputs = locate(suite, str(path), place)
    files = _Files(tree)
    listed = [_entry(inputs, cell, files, force=force) for cell in cells(suite, str(path))]
    files.checked.keep()
    return listed


def restated(entry: Entry, tree: Tree) -> Entry:
    """Return an entry as it stands now: another process may have run its cell."""
    return _entry(entry.inputs, entry.cell, _Files(tree), force=False)


class _Files:
    """The files of a tree while the cells of a suite are looked at: one that they share is hashed once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.checked = Checked()
        self._digests: dict[str, str] = {}

    def sha256(self, relative: str, where: str) -> str:
        """Return the sha256 of a file in the tree that ``where`` names."""
        if relative not in self._digests:
            self._digests[relative] = sha256_file(inside(self.tree.root, relative, where))
        return self._digests[relative]


def _entry(inputs: Inputs, cell: Cell, files: _Files, *, force: bool) -> Entry:
    blocked = inputs.blocked(cell)
    if blocked:
        state: State = "left out" if isinstance(blocked, LeftOutError) else "blocked"
        return Entry(inputs, cell, state, blocked.missing, blocked.remedy)
    why = _stale(inputs, cell, files) or (FORCED if force else "")
    if why and (large := inputs.left_out(cell)):
        return Entry(inputs, cell, "left out", large.missing, large.remedy)
    return Entry(inputs, cell, "to do" if why else "done", why)


def _stale(inputs: Inputs, cell: Cell, files: _Files) -> str:
    path, identity = files.tree.result(cell.suite, cell.id), inputs.identity(cell)
    if not path.is_file():
        return "no result yet"
    try:
        content = files.checked.content(path)
        if content["inputs"] != identity:
            at = _difference(content["inputs"], identity)
            return f"changed: {at}" + (
                _where(content["inputs"]["code"], inputs.code(cell)) if at == "code" else ""
            )
        for file in content["files"].values():
            if files.sha256(file["path"], str(path)) != file["sha256"]:
                return f"altered: {file['path']}"
    except (InputError, KeyError, OSError) as error:
        return f"unreadable: {error}"
    if cell.keep_codec != ("codec" in content["files"]):
        return "its codec is to be kept" if cell.keep_codec else "its codec is no longer kept"
    return ""


def _difference(before: Any, after: Any, at: str = "") -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}, key=lambda key: (key == "code", key)):  # code last: it follows
            if before.get(key) != after.get(key):
                return _difference(before.get(key), after.get(key), f"{at}.{key}" if at else key)
    return at


def _where(before: Sequence[str], modules: Mapping[str, str]) -> str:
    """Return the first module that says something new, and nothing where a module is only used no more."""
    return next((f" of {name}" for name, digest in modules.items() if digest not in before), "")
