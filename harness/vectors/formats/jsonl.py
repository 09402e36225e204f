"""``.jsonl``: a line is a JSON list of numbers, or an object with such a list under one of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from harness.vectors.choosing import HEAD_ROWS, chosen, usual_length
from harness.vectors.lines import Lines
from harness.vectors.marks import Marks
from harness.vectors.matrix import check_size
from harness.vectors.number_lists import NULL, Unreadable, gathered, numbers_of, parsed
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import stored_file

LINES = True


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the lists of numbers, a line each; ``column`` names the key of objects.

    Raises InputError where the first rows hold none, with the keys that they have.
    """
    stored = stored_file(path)
    with Lines(path, name) as lines:
        head = [parsed(line) for line in islice(lines, HEAD_ROWS)]
    key = _key(head, column, name)
    lengths = [len(value) for value in (_value(record, key) for record in head) if isinstance(value, list)]
    dimension = usual_length(lengths, name)
    with Lines(path, name) as lines:
        marks = Marks.of(lines, (None for _ in lines))
    check_size(marks.rows, dimension, name)

    def pieces(start: int, size: int) -> Iterator[Piece]:
        with Lines(path, name, marks.offset(start)) as lines:
            rest = islice(lines, marks.skip(start), None)
            rows = (numbers_of(_value(parsed(line), key), dimension) for line in rest)
            yield from gathered(rows, start, size, dimension)

    return VectorSource(name, marks.rows, dimension, "text", (stored,), pieces)


def _key(head: list[Any], column: str | None, name: str) -> str | None:
    """Return the key that holds the vectors; None where lines are lists themselves."""
    records = [record for record in head if isinstance(record, dict)]
    if not records and column is None:
        return None
    names = list(dict.fromkeys(key for record in records for key in record))
    vectors = [key for key in names if any(_holds_numbers(record.get(key)) for record in records)]
    return chosen(column, vectors, names, name)


def _holds_numbers(value: Any) -> bool:
    return (
        isinstance(value, list) and bool(value) and not isinstance(numbers_of(value, len(value)), Unreadable)
    )


def _value(record: Any, key: str | None) -> Any:
    """Return what stands for the vector in a line's value."""
    if key is None or isinstance(record, Unreadable):
        return record
    return record.get(key, Unreadable(NULL)) if isinstance(record, dict) else Unreadable("no object")
