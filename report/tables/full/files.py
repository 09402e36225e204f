"""The CSV files of the report: every full table."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.types import Json
from report.tables.full import values
from report.tables.source import Source

FOLDER = Path(__file__).parent
OTHER = {"files", "values"}  # this module, and the one that makes a file for each suite


def files(source: Source) -> dict[str, tuple[str, bytes]]:
    """Return what each CSV file has and its bytes, by its name; tables without a line are left out."""
    tables = [*_modules(source), *values.tables(source)]
    written = ((name, title, list(rows)) for name, title, rows in tables)
    return {name: (title, _csv(rows)) for name, title, rows in sorted(written) if rows}


def _modules(source: Source) -> Iterator[tuple[str, str, Iterable[Json]]]:
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        if path.stem not in OTHER:
            module = importlib.import_module(f"report.tables.full.{path.stem}")
            title = str(module.__doc__).partition("\n")[0].rstrip(".")
            yield path.stem.replace("_", "-"), title, module.rows(source)


def _csv(rows: list[Json]) -> bytes:
    """Return rows as CSV; a column is each key that any of them has, in the order of their appearance."""
    columns = dict.fromkeys(key for row in rows for key in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """Return a value as a cell has it: six digits of a float, lists with semicolons, nothing for None."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(value, ".6g")
    if isinstance(value, list | tuple):
        return "; ".join(map(str, map(_cell, value)))
    return value
