"""Pages of a Parquet file against its footer, before anything is unpacked: a footer may lie.

Arrow allocates what page headers declare, and decodes as many values as they count; a run of equal values
takes a few bytes, however long. Page headers are Thrift's compact protocol (parquet-format, PageHeader).
Columns are those of the schema, by which Arrow reads: a chunk may name another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard

from harness import limits
from harness.data.thrift import structure
from harness.errors import InputError

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData, ColumnSchema, FileMetaData

_MAGIC = b"PAR1"
_WIDTHS = {"INT32": 4, "FLOAT": 4}  # bytes of a value, 8 of any other that has no length of its own
_HEADER, _LONG_HEADER = 2**12, 2**20  # bytes read of a page's header, at first and where it is longer
_TYPE, _UNPACKED, _PACKED, _V1, _DICTIONARY, _V2 = 1, 2, 3, 5, 7, 8  # fields of a page's header
_KINDS = {0: _V1, 2: _DICTIONARY, 3: _V2}  # by the type of a page; others have no values
_VALUES = 1  # the field of their number in the header of a kind of page
_ENCODING = {_V1: 2, _V2: 4}  # the field of the encoding in the same
_DELTA_BYTE_ARRAY = 7  # an encoding: a text begins with as much as it says of the one before
_DEPTH = 3  # of structures: a page's header, its kind's, the statistics of that


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header declares: bytes unpacked, values, and whether it is a dictionary.

    ``repeats``: whether values may have more bytes than the page, because they share them.
    """

    unpacked: int
    values: int
    dictionary: bool
    repeats: bool


def check_footer_size(file: BinaryIO, where: str) -> None:
    """Raise InputError where the footer of a Parquet file is too long."""
    if file.seek(0, 2) >= 8:  # noqa: PLR2004 - the footer's length and the magic bytes
        file.seek(-8, 2)
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic == _MAGIC:
            limits.FOOTER.check(length, f"{where}: footer")


def check_rows(metadata: FileMetaData, where: str) -> int:
    """Return the number of rows; raise InputError where footer and row groups count differently."""
    counts = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    if sum(counts) != metadata.num_rows or min(counts, default=0) < 0:
        raise InputError(
            f"{where}: found row groups of other than {metadata.num_rows:,} rows, expected as many"
        )
    return int(metadata.num_rows)


def check_pages(file: BinaryIO, metadata: FileMetaData, columns: Collection[str], where: str) -> int:
    """Return the longest text of ``columns`` that pages may repeat, in bytes at most; 0 where none do.

    Raises InputError where pages and footer count differently, and where a column unpacks to too much.
    """
    check_rows(metadata, where)
    size, unpacked, longest = file.seek(0, 2), 0, 0
    leaves = _leaves(metadata, columns)
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        if group.num_columns != metadata.num_columns:
            problem = f"found {group.num_columns} columns in a row group"
            raise InputError(f"{where}: {problem}, expected {metadata.num_columns} as in the schema")
        for i, leaf in leaves:
            chunk = group.column(i)
            values, bytes_of_pages, repeated = _totals(_pages(file, chunk, size, where))
            if values != chunk.num_values or group.num_rows > values:
                problem = f"found {values:,} values in its pages and {chunk.num_values:,} in the footer"
                raise InputError(f"{where}: {problem}, expected as many of {group.num_rows:,} rows")
            unpacked += bytes_of_pages + values * _most_bytes(leaf, repeated)
            limits.check_expansion(size, unpacked // 2, where)
            if leaf.physical_type == "BYTE_ARRAY":
                longest = max(longest, repeated)
    return longest


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


def _pages(file: BinaryIO, chunk: ColumnChunkMetaData, size: int, where: str) -> Iterator[Page]:
    """Yield the pages of a column chunk, read from their headers: none where it has no values, as to Arrow."""
    if chunk.num_values == 0:
        return
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    end = at + chunk.total_compressed_size
    if not 0 <= at <= end <= size:
        raise InputError(f"{where}: found pages up to byte {end:,}, expected them within {size:,}")
    while at < end:
        header, length = _header(file, at, where)
        page, packed = _declared(header), header.get(_PACKED)
        if page is None or not _is_count(packed) or at + length + packed > end:
            raise InputError(
                f"{where}: found a page at byte {at:,} that cannot be, expected one within the column"
            )
        yield page
        at += length + packed


def _declared(header: dict[int, Any]) -> Page | None:
    """Return the page that a header declares; None where it declares none."""
    kind = next((field for number, field in _KINDS.items() if number == header.get(_TYPE)), None)
    own = {_VALUES: 0} if kind is None else header.get(kind)
    unpacked, values = header.get(_UNPACKED), own.get(_VALUES) if isinstance(own, dict) else None
    if not (isinstance(own, dict) and _is_count(unpacked) and _is_count(values)):
        return None
    delta = kind in _ENCODING and own.get(_ENCODING[kind]) == _DELTA_BYTE_ARRAY
    return Page(unpacked, values, kind == _DICTIONARY, delta or kind == _DICTIONARY)


def _is_count(number: Any) -> TypeGuard[int]:
    return isinstance(number, int) and number >= 0


def _header(file: BinaryIO, at: int, where: str) -> tuple[dict[int, Any], int]:
    """Return the fields of the page header at byte ``at``, and its length."""
    for length in (_HEADER, _LONG_HEADER):
        file.seek(at)
        try:
            return structure(file.read(length), 0, _DEPTH)
        except IndexError:  # longer than what was read
            continue
        except ValueError:
            break
    raise InputError(f"{where}: found no page at byte {at:,}, expected one as the footer says")
