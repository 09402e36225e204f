"""Pages of a Parquet file against its footer, before anything is unpacked: a footer may lie.

Arrow allocates what page headers declare, and decodes as many values as they count; a run of equal values
takes a few bytes, however long. Page headers are Thrift's compact protocol (parquet-format, PageHeader).
Columns are those of the schema, by which Arrow reads: a chunk may name another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from harness import limits
from harness.data.parquet_footer import Chunk, row_groups
from harness.data.thrift import I32, STRUCT, Cursor
from harness.errors import InputError

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnSchema, FileMetaData

_WIDTHS = {"INT32": 4, "FLOAT": 4}  # bytes of a value, 8 of any other that has no length of its own
_HEADER, _LONG_HEADER = 2**12, 2**20  # bytes read of a page's header, at first and where it is longer
_TYPE, _UNPACKED, _PACKED, _V1, _DICTIONARY, _V2 = 1, 2, 3, 5, 7, 8  # fields of a page's header
_KINDS = {0: _V1, 2: _DICTIONARY, 3: _V2}  # by the type of a page; others have no values
_VALUES = 1  # the field of their number in the header of a kind of page
_ENCODING = {_V1: 2, _V2: 4}  # the field of the encoding in the same
_DELTA_BYTE_ARRAY = 7  # an encoding: a text begins with as much as it says of the one before


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header declares: bytes packed and unpacked, values, and whether it is a dictionary.

    ``repeats``: whether values may have more bytes than the page, because they share them.
    """

    packed: int
    unpacked: int
    values: int
    dictionary: bool
    repeats: bool


def check_rows(file: BinaryIO, metadata: FileMetaData, where: str) -> int:
    """Return the number of rows; raise InputError where footer and row groups count differently."""
    return _checked(
        sum(group.rows for group in row_groups(file, metadata.num_columns, where)), metadata, where
    )


def check_pages(file: BinaryIO, metadata: FileMetaData, columns: Collection[str], where: str) -> int:
    """Return the longest text of ``columns`` that pages may repeat, in bytes at most; 0 where none do.

    Raises InputError where pages and footer count differently, and where a column unpacks to too much.
    """
    size, rows, unpacked, longest = file.seek(0, 2), 0, 0, 0
    leaves = _leaves(metadata, columns)
    for group in row_groups(file, metadata.num_columns, where):
        rows += group.rows
        for i, leaf in leaves:
            chunk = group.chunks[i]
            values, bytes_of_pages, repeated = _totals(_pages(file, chunk, size, where))
            if values != chunk.values or group.rows > values:
                problem = f"found {values:,} values in its pages and {chunk.values:,} in the footer"
                raise InputError(f"{where}: {problem}, expected as many of {group.rows:,} rows")
            unpacked += bytes_of_pages + values * _most_bytes(leaf, repeated)
            limits.check_expansion(size, unpacked // 2, where)
            if leaf.physical_type == "BYTE_ARRAY":
                longest = max(longest, repeated)
    _checked(rows, metadata, where)
    return longest


def _checked(rows: int, metadata: FileMetaData, where: str) -> int:
    if rows != metadata.num_rows:
        problem = f"found {rows:,} rows in row groups and {metadata.num_rows:,} in the file"
        raise InputError(f"{where}: {problem}, expected as many")
    return rows


def _leaves(metadata: FileMetaData, columns: Collection[str]) -> list[tuple[int, ColumnSchema]]:
    """Return the columns of the file, with their numbers, that ``columns`` consist of.

    Arrow takes a name with full stops for a path as well.
    """
    leaves = [(i, metadata.schema.column(i)) for i in range(metadata.num_columns)]
    return [(i, leaf) for i, leaf in leaves if any(path in columns for path in _parents(leaf.path))]


def _parents(path: str) -> Iterator[str]:
    """Yield a path and those that it lies in.

    >>> list(_parents("a.list.element"))
    ['a', 'a.list', 'a.list.element']
    """
    parts = path.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def _most_bytes(leaf: ColumnSchema, repeated: int) -> int:
    """Return the bytes that a value may have beside those of its page.

    Texts that are repeated have some; those of one row are read together, so that all of a list count.
    """
    if leaf.physical_type == "BYTE_ARRAY":
        return repeated if leaf.max_repetition_level else 0
    if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(leaf.length)
    return _WIDTHS.get(leaf.physical_type, 8)


def _totals(pages: Iterator[Page]) -> tuple[int, int, int]:
    """Return the values of pages, their bytes unpacked, and the bytes of the longest one that repeats."""
    values = unpacked = repeated = 0
    for page in pages:
        values += 0 if page.dictionary else page.values
        unpacked += page.unpacked
        repeated = max(repeated, page.unpacked if page.repeats else 0)
    return values, unpacked, repeated


def _pages(file: BinaryIO, chunk: Chunk, size: int, where: str) -> Iterator[Page]:
    """Yield the pages of a column chunk, read from their headers."""
    if chunk.values == 0:  # Arrow reads none then
        return
    at = chunk.dictionary if 0 < chunk.dictionary < chunk.data else chunk.data
    end = at + chunk.packed
    if not 0 <= at <= end <= size:
        raise InputError(f"{where}: found pages up to byte {end:,}, expected them within {size:,}")
    while at < end:
        page, begin = _page(file, at, where)
        if begin + page.packed > end:
            raise InputError(
                f"{where}: found a page at byte {at:,} that cannot be, expected one within the column"
            )
        yield page
        at = begin + page.packed


def _page(file: BinaryIO, at: int, where: str) -> tuple[Page, int]:
    """Return what the page header at byte ``at`` declares, and where the header ends."""
    for length in (_HEADER, _LONG_HEADER):
        file.seek(at)
        cursor = Cursor(file.read(length))
        try:
            page = _declared(cursor)
        except IndexError:  # longer than what was read
            continue
        except ValueError:
            break
        return page, at + cursor.at
    raise InputError(f"{where}: found no page at byte {at:,}, expected one as the footer says")


def _declared(cursor: Cursor) -> Page:
    """Return what a page header declares; raise ValueError for a number that cannot be."""
    numbers = {_TYPE: -1, _UNPACKED: -1, _PACKED: -1}
    headers: dict[int, dict[int, int]] = {}
    for number, kind in cursor.fields():
        if number in numbers and kind == I32:
            numbers[number] = cursor.whole()
        elif number in _KINDS.values() and kind == STRUCT:
            headers[number] = _numbers(cursor)
        else:
            cursor.skip(kind)
    kind = _KINDS.get(numbers[_TYPE], 0)
    values = headers.get(kind, {}).get(_VALUES, -1) if kind else 0
    if min(values, numbers[_UNPACKED], numbers[_PACKED]) < 0:
        raise ValueError(kind)
    delta = kind in _ENCODING and headers[kind].get(_ENCODING[kind]) == _DELTA_BYTE_ARRAY
    return Page(
        numbers[_PACKED], numbers[_UNPACKED], values, kind == _DICTIONARY, delta or kind == _DICTIONARY
    )


def _numbers(cursor: Cursor) -> dict[int, int]:
    """Return the numbers of 32 bits in the header of a kind of page."""
    numbers = {}
    for number, kind in cursor.fields():
        if kind == I32:
            numbers[number] = cursor.whole()
        else:
            cursor.skip(kind)
    return numbers
