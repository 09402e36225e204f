"""Parts of a rendered report, and what its tables should say."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from harness.evidence.layout import Tree
from report.evidence.rows import rows


def text_of(tree: Tree) -> str:
    """Return the technical report of a tree."""
    return (tree.report() / "TECHNICAL_REPORT.md").read_text("utf-8")


def page(tree: Tree, name: str) -> str:
    """Return an appendix page of a tree's report."""
    return (tree.report() / "appendix" / f"{name}.md").read_text("utf-8")


def table(tree: Tree, name: str, **wanted: str) -> list[dict[str, str]]:
    """Return the lines of a full table that have the cells ``wanted``."""
    text = (tree.report() / "tables" / f"{name}.csv").read_text("utf-8")
    return [line for line in csv.DictReader(io.StringIO(text)) if wanted.items() <= line.items()]


def json_rows(tree: Tree) -> list[dict[str, Any]]:
    """Return the flat rows of a tree's results as JSON."""
    return [row.as_json() for row in rows(tree)]


def section(text: str, start: str) -> str:
    """Return a part of the report, from the line that begins with ``start`` to the next heading."""
    match = re.search("^#+ " + re.escape(start) + r".*?\n(.*?)(?=^#+ |\Z)", text, re.DOTALL | re.MULTILINE)
    assert match, start
    return match[1]


def lines_of(part: str, name: str) -> list[list[str]]:
    """Return the cells of the table lines whose first cell is ``name``."""
    lines = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines if line[0].strip() == name]


def mean(rows: list[dict[str, Any]], key: str = "value", **wanted: Any) -> str:
    """Return the mean over the rows wanted as the report prints it; their number has to be the seeds'."""
    values = [row[key] for row in rows if wanted.items() <= row.items()]
    assert len({row["cell"] for row in rows if wanted.items() <= row.items()}) == len(values) > 0
    return f"{100 * sum(values) / len(values):.1f}"
