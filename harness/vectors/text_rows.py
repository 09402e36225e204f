"""Texts of a file, a row each: lines of .txt, a key of .jsonl, a column of .csv or .tsv, packed or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import limits
from harness.errors import InputError
from harness.vectors.choosing import HEAD_ROWS, listed
from harness.vectors.csv_rows import csv_rows
from harness.vectors.lines import Lines
from harness.vectors.number_lists import NULL, Unreadable, parsed
from harness.vectors.stored_file import StoredFile, stored_file

_ENDINGS = (".txt", ".jsonl", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class TextRows:
    """``texts`` by the number of their row, of so many ``rows``; the other rows are ``broken``, with why."""

    file: StoredFile
    rows: int
    texts: Mapping[int, str]
    broken: Mapping[int, str]


def read_texts(location: str, column: str | None = None) -> TextRows:
    """Return the texts of a file; ``column`` is a key of .jsonl, or in the header of .csv and .tsv.

    Without it that is 'text', else the only one that holds texts. Raises InputError, in one line, for
    another ending, another column, with those that are there, and a file without texts.
    """
    path = Path(location)
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    if ending not in _ENDINGS:
        raise InputError(f"{location}: found the ending {ending!r}, expected texts in {', '.join(_ENDINGS)}")
    stored = stored_file(path)
    limits.TEXT_BYTES.check(stored.size, location)
    with Lines(path, location) as lines:
        if ending == ".txt":
            values = list(map(_decoded, lines))
        elif ending == ".jsonl":
            values = _values([parsed(line) for line in lines], column, location)
        else:
            rows = csv_rows(lines, location, "," if ending == ".csv" else "\t")
            header = next(rows, [])
            records = [dict(zip(header, row, strict=False)) for row in rows]
            values = _values(records, column, location)
    stored.check_unchanged()
    texts = {i: value for i, value in enumerate(values) if type(value) is str and value.strip()}
    if not texts:
        raise InputError(f"{location}: found no texts in {len(values)} rows, expected some")
    broken = {i: _reason(value) for i, value in enumerate(values) if i not in texts}
    return TextRows(stored, len(values), texts, broken)


def _decoded(line: bytes) -> str | Unreadable:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return Unreadable("no UTF-8")


def _values(records: Sequence[Any], column: str | None, where: str) -> list[Any]:
    """Return what each record has under the key of the texts; lines that are texts themselves have none."""
    if column is None and records and all(type(record) is str for record in records[:HEAD_ROWS]):
        return list(records)
    objects = [record for record in records[:HEAD_ROWS] if isinstance(record, dict)]
    names = list(dict.fromkeys(key for record in objects for key in record))
    holding = [key for key in names if any(type(record.get(key)) is str for record in objects)]
    candidates = [column] if column is not None else ["text"] if "text" in holding else holding
    if len(candidates) != 1 or candidates[0] not in names:
        problem = "" if column is None else f"no column {column!r} among "
        expected = "one column of texts: name it with --column"
        raise InputError(f"{where}: found {problem}{listed(names)}, expected {expected}")
    return [record.get(candidates[0]) if isinstance(record, dict) else record for record in records]


def _reason(value: Any) -> str:
    if isinstance(value, Unreadable):
        return str(value)
    return NULL if value is None else "empty text" if isinstance(value, str) else "no text"
