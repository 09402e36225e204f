"""A column of a Parquet file, a piece at a time: no more than the limits, whatever the file declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness import limits
from harness.data.parquet_footer import check_footer_size
from harness.data.parquet_pages import check_pages
from harness.errors import InputError, one_line

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

_PIECE = 4096  # rows held as Arrow values at a time
_TEXTS = 2**28  # bytes that these may be where a dictionary repeats texts


@contextmanager
def opened(path: Path) -> Iterator[ParquetFile]:
    """Yield the file; raise InputError for what is no Parquet, or cannot be decoded within the block."""
    from pyarrow import ArrowException, parquet

    try:
        with path.open("rb") as raw:
            check_footer_size(raw, str(path))
        with parquet.ParquetFile(path) as file:
            yield file
    # Of what a file declares wrongly, pyarrow reports a part with Python's own errors.
    except (OSError, ArrowException, ValueError, LookupError, OverflowError) as error:
        reason = one_line(error)[:200]
        raise InputError(f"{path}: {reason}, expected a readable Parquet file") from error


def pieces(
    path: Path, file: ParquetFile, column: str, limit: int | None, skip: int
) -> Iterator[tuple[int, Array]]:
    """Yield pieces of a column with the row that each begins at; the rows outside are left out.

    Raises InputError for a column that is not there, and before more is unpacked than the limits allow.
    """
    names = file.schema_arrow.names
    if column not in names:
        raise InputError(f"{path}: found no column {column!r}, expected one of {listed(names)}")
    end = file.metadata.num_rows if limit is None else min(skip + limit, file.metadata.num_rows)
    size, where = path.stat().st_size, f"{path}: column {column[:40]!r}"
    rows = _piece_rows(path, file, column, where)
    at = unpacked = 0
    for batch in file.iter_batches(batch_size=rows, columns=[column], use_threads=False):
        if at >= end:
            break
        unpacked += _unpacked_bytes(batch.column(0))
        limits.VECTOR_BYTES.check(unpacked, where)
        limits.check_expansion(size, unpacked, where)
        first = max(skip - at, 0)
        if first < min(batch.num_rows, end - at):
            yield at + first, batch.column(0).slice(first, min(batch.num_rows, end - at) - first)
        at += batch.num_rows
    if at < end:
        raise InputError(
            f"{where}: found {at:,} rows in its pages, expected at least {end:,} as in the footer"
        )


def listed(names: list[str]) -> str:
    """Return the first names, as an error can hold them."""
    return ", ".join(shown(name) for name in names[:20]) + (" …" if len(names) > 20 else "")  # noqa: PLR2004


def shown(text: str) -> str:
    r"""Return the first characters of a text from a file, without those that are no signs.

    >>> shown("a\nb")
    'a\\nb'
    """
    return repr(text[:40])[1:-1]


def _piece_rows(path: Path, file: ParquetFile, column: str, where: str) -> int:
    """Return how many rows to read at a time; raise InputError where pages and footer declare a bomb.

    They count all numbers, however these are packed. Of the texts in a dictionary they bound only the length
    of one: the longer a text may be, the fewer rows are read at a time.
    """
    with path.open("rb") as raw:
        longest = check_pages(raw, file.metadata, {column}, where)
    return max(1, min(_PIECE, _TEXTS // max(longest, 1)))


def _unpacked_bytes(values: Array) -> int:
    """Return the bytes of an Arrow array with the values of its dictionaries written out."""
    from pyarrow import compute, types

    if types.is_dictionary(values.type):
        entries = values.dictionary
        tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
        if not any(test(entries.type) for test in tests):
            return int(entries.nbytes * len(values))
        lengths = compute.binary_length(entries).cast("int64").take(values.indices)
        return int(compute.sum(lengths).as_py() or 0)
    if types.is_struct(values.type):
        return sum(_unpacked_bytes(field) for field in values.flatten())
    lists = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    if any(test(values.type) for test in lists):
        return int(_unpacked_bytes(values.flatten()))
    return int(values.nbytes)
