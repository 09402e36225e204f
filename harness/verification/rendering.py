"""The report and the README's part rendered again from evidence, and compared byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.model import parse
from harness.evidence.schema.verdict import BoardEntry, Claims, VerdictRow
from report.pages import readme
from report.pages.render import rendered


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rows and board judged again, pages compared, and a line for each that is not what is rendered."""

    rows: list[VerdictRow]
    pages: int
    problems: list[str]
    board: list[BoardEntry] = field(default_factory=list)


def render_again(root: Path) -> Rendered:
    """Return how the report below ``root``, and README's part, compare with what the evidence renders to."""
    tree = Tree(root / "artifacts")
    try:
        expected = rendered(tree)
        judged = parse(Claims, json.loads(expected["claims.json"]), "claims.json")
        problems = list(_unlike_files(tree.report(), expected))
        path = root / "README.md"
        if path.is_file() and readme.split(path)[1] != readme.block_of(expected):
            problems.append(
                f"{path}: its rendered part is not what {tree.root} renders to; run make artifacts"
            )
    except InputError as error:
        return Rendered([], 0, [f"{tree.report()}: cannot be rendered again: {error}"])
    except Exception as error:  # noqa: BLE001 - certified and whole, and yet no evidence that a report is made of
        problem = f"{tree.report()}: cannot be rendered again: {type(error).__name__}: {error}"
        return Rendered([], 0, [problem])
    return Rendered(judged.claims, len(expected) + path.is_file(), problems, judged.board)


def _unlike_files(folder: Path, expected: dict[str, bytes]) -> Iterator[str]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there | set(expected)):
        if name not in expected:
            yield f"{folder / name}: found a file that the evidence does not render to, expected none"
        elif name not in there:
            yield f"{folder / name}: not found, expected what the evidence renders to"
        elif (folder / name).read_bytes() != expected[name]:
            yield f"{folder / name}: is not what the evidence renders to, byte for byte"
