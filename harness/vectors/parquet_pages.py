"""Pages of a Parquet file against its footer, before anything is unpacked: a footer may lie.

Arrow allocates what page headers declare, and decodes as many values as they count; a run of equal values
takes a few bytes, however long. Page headers are Thrift's compact protocol (parquet-format, PageHeader).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from harness import limits
from harness.errors import InputError
from harness.vectors import limits as own_limits

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData, FileMetaData

_WIDTHS = {"INT32": 4, "FLOAT": 4}  # bytes of a value, 8 of any other
_HEADER, _LONG_HEADER = 2**12, 2**20  # bytes read of a page's header, at first and where it is longer
_UNPACKED, _PACKED, _V1, _DICTIONARY, _V2 = 2, 3, 5, 7, 8  # fields of a page's header
_DEPTH = 3  # of structures: a page's header, its kind's, the statistics of that


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header declares: bytes unpacked, values, and whether it is a dictionary."""

    unpacked: int
    values: int
    dictionary: bool


def check_footer_size(file: BinaryIO, where: str) -> None:
    """Raise InputError where the footer of a Parquet file is too long."""
    if file.seek(0, 2) >= 8:  # noqa: PLR2004 - the footer's length and the magic bytes
        file.seek(-8, 2)
        own_limits.FOOTER.check(int.from_bytes(file.read(4), "little"), f"{where}: footer")


def check_pages(file: BinaryIO, metadata: FileMetaData, columns: Collection[str], where: str) -> int:
    """Return the longest text that a dictionary of ``columns`` may hold, in bytes; 0 without dictionaries.

    Raises InputError where pages and footer count differently, and where a column unpacks to too much.
    """
    size, unpacked, longest = file.seek(0, 2), 0, 0
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    if sum(group.num_rows for group in groups) != metadata.num_rows:
        raise InputError(
            f"{where}: found row groups of other than {metadata.num_rows:,} rows, expected as many"
        )
    for group in groups:
        for chunk in (group.column(i) for i in range(group.num_columns)):
            path = chunk.path_in_schema
            if path not in columns and path.partition(".")[0] not in columns:
                continue
            pages = list(_pages(file, chunk, size, where))
            values = sum(page.values for page in pages if not page.dictionary)
            if values != chunk.num_values or group.num_rows > values:
                problem = f"found {values:,} values in its pages and {chunk.num_values:,} in the footer"
                raise InputError(f"{where}: {problem}, expected as many of {group.num_rows:,} rows")
            unpacked += sum(page.unpacked for page in pages)
            if chunk.physical_type != "BYTE_ARRAY":
                unpacked += values * _WIDTHS.get(chunk.physical_type, 8)
            else:
                longest = max([longest, *(page.unpacked for page in pages if page.dictionary)])
            limits.check_expansion(size, unpacked // 2, where)
    return longest


def _pages(file: BinaryIO, chunk: ColumnChunkMetaData, size: int, where: str) -> Iterator[Page]:
    """Yield the pages of a column chunk, read from their headers."""
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
        at = min(at, chunk.dictionary_page_offset)
    end = at + chunk.total_compressed_size
    if not 0 <= at <= end <= size:
        raise InputError(f"{where}: found pages up to byte {end:,}, expected them within {size:,}")
    while at < end:
        header, length = _header(file, at, where)
        packed, unpacked = (header.get(key) for key in (_PACKED, _UNPACKED))
        kind = next((key for key in (_V1, _V2, _DICTIONARY) if isinstance(header.get(key), dict)), None)
        values = header[kind].get(1) if kind else 0
        numbers = [number for number in (packed, unpacked, values) if isinstance(number, int) and number >= 0]
        if len(numbers) != 3 or at + length + numbers[0] > end:  # noqa: PLR2004 - all of them
            raise InputError(
                f"{where}: found a page at byte {at:,} that cannot be, expected one within the column"
            )
        yield Page(numbers[1], numbers[2], kind == _DICTIONARY)
        at += length + numbers[0]


def _header(file: BinaryIO, at: int, where: str) -> tuple[dict[int, Any], int]:
    """Return the fields of the page header at byte ``at``, and its length."""
    for length in (_HEADER, _LONG_HEADER):
        file.seek(at)
        try:
            return _structure(file.read(length), 0, _DEPTH)
        except IndexError:  # longer than what was read
            continue
        except ValueError:
            break
    raise InputError(f"{where}: found no page at byte {at:,}, expected one as the footer says")


def _structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """Return the fields of a Thrift structure by number, and where it ends; ValueError where it is none."""
    fields: dict[int, Any] = {}
    field = 0
    while (head := data[at]) != 0:
        at += 1
        delta, kind = head >> 4, head & 15
        if delta:
            field += delta
        else:
            field, at = _whole(data, at)
        if kind in {1, 2}:  # true, false
            fields[field] = kind == 1
        elif kind in {4, 5, 6}:  # whole numbers
            fields[field], at = _whole(data, at)
        elif kind == 8:  # noqa: PLR2004 - bytes
            length, at = _varint(data, at)
            at += length
        elif kind == 12 and depth > 1:  # noqa: PLR2004 - a structure
            fields[field], at = _structure(data, at, depth - 1)
        else:
            raise ValueError(kind)
    return fields, at + 1


def _whole(data: bytes, at: int) -> tuple[int, int]:
    number, at = _varint(data, at)
    return number >> 1 ^ -(number & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        number |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:  # noqa: PLR2004 - the last byte
            return number, at
    raise ValueError(number)
