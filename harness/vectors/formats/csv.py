"""``.csv``: a column of JSON lists, or a column a dimension, numbered in the header; or numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from harness.vectors.choosing import HEAD_ROWS, usual_length
from harness.vectors.csv_columns import columns_of
from harness.vectors.csv_rows import csv_rows
from harness.vectors.lines import Lines
from harness.vectors.marks import Marks
from harness.vectors.matrix import check_size
from harness.vectors.number_lists import gathered, parsed
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import stored_file

LINES = True


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows below the header; ``column`` names a column of lists, or the first numbered one.

    Raises InputError where the first rows hold no vectors, with the columns that are there.
    """
    stored = stored_file(path)
    with Lines(path, name) as lines:
        head = list(islice(csv_rows(lines, name), HEAD_ROWS))
    columns = columns_of(head, column, name)
    dimension = len(columns.at)
    if columns.lists:
        fields = (row[columns.at[0]] for row in head if len(row) == columns.fields)
        lists = (value for value in map(parsed, fields) if isinstance(value, list))
        dimension = usual_length(map(len, lists), name)
    with Lines(path, name) as lines:
        rows = csv_rows(lines, name)
        if columns.header:
            next(rows)
        marks = Marks.of(lines, rows)
    check_size(marks.rows, dimension, name)

    def pieces(start: int, size: int) -> Iterator[Piece]:
        with Lines(path, name, marks.offset(start)) as lines:
            rest = islice(csv_rows(lines, name), marks.skip(start), None)
            yield from gathered((columns.row(row, dimension) for row in rest), start, size, dimension)

    return VectorSource(name, marks.rows, dimension, "text", (stored,), pieces)
