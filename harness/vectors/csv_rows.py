"""Rows of a CSV or TSV file as lists of fields."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from harness import limits
from harness.errors import InputError
from harness.vectors.lines import Lines

csv.field_size_limit(limits.LINE.most)  # of this process: a list of numbers is longer than the default


def csv_rows(lines: Lines, name: str, delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the fields of each row; raise InputError for a quote that does not end, and for no UTF-8."""
    reader = csv.reader(_decoded(lines), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except (csv.Error, UnicodeDecodeError) as error:
        where = f"{name}: a row before byte {lines.offset}"
        raise InputError(f"{where}: {str(error)[:200]}, expected UTF-8 fields, quoted in pairs") from error


def _decoded(lines: Lines) -> Iterator[str]:
    return (line.decode() + "\n" for line in lines)
