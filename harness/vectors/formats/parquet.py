"""``.parquet``: lists of numbers, JSON texts of lists, or numbered columns, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.data.parquet_footer import check_footer_size
from harness.data.parquet_pages import check_pages
from harness.errors import InputError, one_line
from harness.vectors.choosing import HEAD_ROWS, chosen, listed, usual_length
from harness.vectors.matrix import check_size
from harness.vectors.parquet_rows import lengths, preferred, readers, stored_type
from harness.vectors.source import Piece, VectorSource
from harness.vectors.stored_file import stored_file

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

_BUFFER = 2**20  # bytes of a column chunk that are read at a time
_TEXTS = 2**26  # bytes that the texts of a batch may be where a dictionary repeats them


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of ``column``, or of the only one that can be meant.

    Raises InputError where pages and footer differ, and where the column holds no vectors, with the names
    of those that are there.
    """
    stored = stored_file(path)
    with _opened(path, name) as file:
        schema = file.schema_arrow
        by_name = readers(schema)
        label = chosen(column, preferred(schema, by_name), schema.names, name)
        if label not in by_name:
            problem = f"found {schema.field(label).type} in column {label!r}"
            raise InputError(f"{name}: {problem}, expected lists of numbers, in one of {listed(by_name)}")
        names, read = by_name[label]
        most = _longest_batch(path, file, names, f"{name}: column {label!r}")
        head = next(_batches(file, names, 0, min(most, HEAD_ROWS)), None)
        dimension = usual_length([] if head is None else lengths(head, read), f"{name}: column {label!r}")
        rows, kind = file.metadata.num_rows, schema.field(label).type
    check_size(rows, dimension, name)

    def pieces(start: int, size: int) -> Iterator[Piece]:
        with _opened(path, name) as file:
            row = start
            for batch in _batches(file, names, start, min(size, most)):
                numbers, broken = read(batch, dimension)
                yield Piece(row, numbers, {row + i: reason for i, reason in broken.items()})
                row += batch.num_rows

    return VectorSource(name, rows, dimension, stored_type(kind), (stored,), pieces)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[ParquetFile]:
    from pyarrow import ArrowException, parquet

    try:
        with path.open("rb") as raw:
            check_footer_size(raw, name)
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
            yield file
    except (OSError, ArrowException, UnicodeDecodeError) as error:
        problem = one_line(error)[:200]
        raise InputError(f"{name}: {problem}, expected a Parquet file that can be read") from error


def _longest_batch(path: Path, file: ParquetFile, names: tuple[str, ...], where: str) -> int:
    """Return how many rows may be read at a time; raise InputError where pages and footer differ."""
    with path.open("rb") as raw:
        longest = check_pages(raw, file.metadata, set(names), where)
    return max(1, _TEXTS // longest) if longest else 2**31


def _batches(file: ParquetFile, names: tuple[str, ...], start: int, size: int) -> Iterator[RecordBatch]:
    """Yield the rows from ``start`` on, ``size`` at a time; row groups before it are not read."""
    groups, before = list(range(file.metadata.num_row_groups)), 0
    while groups and before + file.metadata.row_group(groups[0]).num_rows <= start:
        before += file.metadata.row_group(groups.pop(0)).num_rows
    if not groups:
        return
    for batch in file.iter_batches(size, row_groups=groups, columns=list(names), use_threads=False):
        skip = max(start - before, 0)
        if skip < batch.num_rows:
            yield batch.slice(skip)
        before += batch.num_rows
