"""Tables of the page and their cells: what is printed, what it is sorted by, and where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.figures._style import Point
from report.verdicts.claims import percent

ROWS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as printed, what it is sorted by, and its interval; ``evidence``: the id of the number."""

    text: str
    sort: float | str
    interval: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; every row begins with text."""

    caption: str
    columns: list[str]
    rows: list[list[Cell]]


def word(text: str) -> Cell:
    """Return a cell of text."""
    return Cell(text, text)


def size(number: int) -> Cell:
    """Return a cell of bytes."""
    return Cell(str(number), number)


def measured(points: Sequence[Point], suite: str, digits: int = 1) -> Cell:
    """Return the first point in per cent with its interval, or a dash without one."""
    if not points:
        return Cell("–", -1.0)
    point = points[0]
    interval = f"{percent(point['low'], digits)} … {percent(point['high'], digits)}"
    return Cell(percent(point["value"], digits), point["value"], interval, f"{suite}/{point['cells'][0]}")
