"""Records of small files of labels, and the numbers in them; errors name the row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness import limits
from harness.errors import InputError
from harness.vectors.csv_rows import csv_rows
from harness.vectors.lines import Lines
from harness.vectors.number_lists import Unreadable, parsed

Record = Mapping[str, Any]


def read_records(location: str) -> Iterator[Record]:
    """Yield the records of a .jsonl, .csv or .tsv file; raise InputError for another ending."""
    ending = Path(location).suffix.lower()
    if ending == ".jsonl":
        for i, record in enumerate(json_lines(location)):
            if not isinstance(record, dict):
                raise InputError(f"{location}: row {i}: found no JSON object, expected one a line")
            yield record
    elif ending in {".csv", ".tsv"}:
        with _lines(location) as lines:
            rows = csv_rows(lines, location, "," if ending == ".csv" else "\t")
            header = next(rows, [])
            yield from (dict(zip(header, row, strict=False)) for row in rows)
    else:
        raise InputError(f"{location}: found the ending {ending!r}, expected pairs in .jsonl, .csv or .tsv")


def json_lines(location: str) -> Iterator[Any]:
    """Yield the JSON value of each line; raise InputError, with the row, for what is none."""
    with _lines(location) as lines:
        for i, line in enumerate(lines):
            value = parsed(line)
            if isinstance(value, Unreadable):
                raise InputError(f"{location}: row {i}: found {value}, expected one JSON value a line")
            yield value


def _lines(location: str) -> Lines:
    path = Path(location)
    if not path.is_file():
        raise InputError(f"{location}: not found, expected a file")
    limits.TEXT_BYTES.check(path.stat().st_size, location)
    return Lines(path, location)


def finite_number(value: Any, where: str) -> float:
    """Return a number, also where it is written as text; raise InputError for what is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a number in every row, or in none")
    return number
