"""Where the pages of a Parquet file are, as its footer says (parquet-format, FileMetaData).

pyarrow gives this too, and ends the process where it takes a chunk of a column for damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from harness import limits
from harness.data.thrift import I64, LIST, STRUCT, Cursor
from harness.errors import InputError

_MAGIC, _END = b"PAR1", 8  # bytes after a footer: its length, and these
_ROWS, _ROW_GROUPS = 3, 4  # fields of the file's metadata
_COLUMNS, _GROUP_ROWS = 1, 3  # of a row group's
_METADATA = 3  # of a chunk
_VALUES, _PACKED, _DATA, _DICTIONARY = 5, 7, 9, 11  # of its metadata


class Chunk(NamedTuple):
    """A column in a row group: values, bytes packed, and where its pages begin; 0 without a dictionary."""

    values: int
    packed: int
    data: int
    dictionary: int


class RowGroup(NamedTuple):
    """Rows of a file, and a chunk for each of its columns."""

    rows: int
    chunks: list[Chunk]


def check_footer_size(file: BinaryIO, where: str) -> int:
    """Return the bytes of the footer, 0 for another file; raise InputError where it is too long."""
    size = file.seek(0, 2)
    file.seek(max(size - _END, 0))
    end = file.read(_END)
    if len(end) < _END or end[4:] != _MAGIC:
        return 0
    length = int.from_bytes(end[:4], "little")
    limits.FOOTER.check(length, f"{where}: footer")
    return length


def row_groups(file: BinaryIO, columns: int, where: str) -> Iterator[RowGroup]:
    """Yield the row groups of a file of so many ``columns``; raise InputError where one has others."""
    length = check_footer_size(file, where)
    file.seek(-min(length + _END, file.seek(0, 2)), 2)
    cursor = Cursor(file.read(length))
    try:
        for number, kind in cursor.fields():
            if (number, kind) == (_ROW_GROUPS, LIST):
                yield from (_row_group(cursor, columns) for _ in range(_structures(cursor)))
            else:
                cursor.skip(kind)
    except (IndexError, ValueError) as error:
        raise InputError(
            f"{where}: found a damaged footer, expected row groups of {columns} columns"
        ) from error


def _row_group(cursor: Cursor, columns: int) -> RowGroup:
    rows, chunks = -1, []
    for number, kind in cursor.fields():
        if (number, kind) == (_COLUMNS, LIST):
            count = _structures(cursor)
            if count != columns:
                raise ValueError(count)
            chunks = [_chunk(cursor) for _ in range(count)]
        elif (number, kind) == (_GROUP_ROWS, I64):
            rows = cursor.whole()
        else:
            cursor.skip(kind)
    if rows < 0 or len(chunks) != columns:
        raise ValueError(rows)
    return RowGroup(rows, chunks)


def _chunk(cursor: Cursor) -> Chunk:
    numbers = {_VALUES: -1, _PACKED: -1, _DATA: -1, _DICTIONARY: 0}
    for number, kind in cursor.fields():
        if (number, kind) != (_METADATA, STRUCT):
            cursor.skip(kind)
            continue
        for field, each in cursor.fields():
            if field in numbers and each == I64:
                numbers[field] = cursor.whole()
            else:
                cursor.skip(each)
    return Chunk(*(numbers[field] for field in (_VALUES, _PACKED, _DATA, _DICTIONARY)))


def _structures(cursor: Cursor) -> int:
    """Return how many structures a list has; raise ValueError for other elements."""
    count, kind = cursor.elements()
    if count and kind != STRUCT:
        raise ValueError(kind)
    return count
