"""Columns of Parquet files, read a piece at a time: vectors as one array, anything else as Python values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.data.vector_files import Rows, vector_set
from harness.errors import InputError
from harness.types import Floats, Json, PairSet, check_vectors

if TYPE_CHECKING:
    from pyarrow import Array, DataType, ParquetFile

_PIECE = 4096  # rows held as Arrow values at a time
_TEXTS = 2**28  # bytes that these may be where a dictionary repeats texts
_NUMBER = 8  # bytes, at most, of a value that is no text


def parquet_rows(path: Path) -> int:
    """Return the number of rows of a Parquet file; raise InputError where it is none."""
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def read_parquet(path: Path, name: str, origin: Json, taken: Rows) -> PairSet:
    """Return the set of vectors in a Parquet file: ``taken.array`` names the column, as in a ``.npz``."""
    return vector_set(read_parquet_vectors(path, taken.array), name, origin, taken, str(path))


def read_parquet_vectors(
    path: Path, column: str | None = None, limit: int | None = None, skip: int = 0
) -> Floats:
    """Return ``limit`` vectors (rows, D) float32 of a column, or all, after the first ``skip``.

    ``column`` holds lists of numbers of one length, or JSON texts of such lists; None stands for the single
    one whose name contains "embedding", or else for the single one that holds lists. Raises InputError, with
    the column's row, for anything else.
    """
    with _opened(path) as file:
        name = column if column is not None else _only_vectors(path, file)
        parts = [
            _matrix(piece, f"{path}: column {name!r}", first)
            for first, piece in _pieces(path, file, name, limit, skip)
        ]
    widths = sorted({part.shape[1] for part in parts})
    if len(widths) > 1:
        raise InputError(
            f"{path}: column {name!r}: found lists of {widths} numbers, expected as many in each row"
        )
    if not parts:
        raise InputError(f"{path}: column {name!r}: found no rows after {skip}, expected vectors")
    return check_vectors(np.concatenate(parts), f"{path}: column {name!r}")


def read_parquet_values(path: Path, column: str, limit: int | None = None, skip: int = 0) -> list[Any]:
    """Return the values of a column, as Python objects, of ``limit`` rows after the first ``skip``."""
    with _opened(path) as file:
        pieces = _pieces(path, file, column, limit, skip)
        return [value for _, piece in pieces for value in piece.to_pylist()]


@contextmanager
def _opened(path: Path) -> Iterator[ParquetFile]:
    from pyarrow import ArrowException, parquet

    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (OSError, ArrowException) as error:
        reason = str(error).partition("\n")[0][:200]
        raise InputError(f"{path}: {reason}, expected a readable Parquet file") from error


def _pieces(
    path: Path, file: ParquetFile, column: str, limit: int | None, skip: int
) -> Iterator[tuple[int, Array]]:
    """Yield pieces of a column with the row that each begins at; the rows outside are left out."""
    names = file.schema_arrow.names
    if column not in names:
        raise InputError(f"{path}: found no column {column!r}, expected one of {_listed(names)}")
    end = file.metadata.num_rows if limit is None else min(skip + limit, file.metadata.num_rows)
    size, where = path.stat().st_size, f"{path}: column {column!r}"
    at = unpacked = 0
    rows = _piece_rows(file, column, size, where)
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


def _piece_rows(file: ParquetFile, column: str, size: int, where: str) -> int:
    """Return how many rows to read at a time; raise InputError where the metadata declare a bomb.

    The metadata count all numbers, however they are packed. Of the texts in a dictionary they bound only the
    length of one: the longer a text may be, the fewer rows are read at a time.
    """
    longest = values = unpacked = 0
    for group in range(file.metadata.num_row_groups):
        group_data = file.metadata.row_group(group)
        chunks = (group_data.column(i) for i in range(group_data.num_columns))
        for chunk in (chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] == column):
            unpacked += chunk.total_uncompressed_size
            if chunk.physical_type != "BYTE_ARRAY":
                values += chunk.num_values
            elif chunk.has_dictionary_page:
                longest = max(longest, chunk.total_uncompressed_size)
    limits.check_expansion(size, max(values * _NUMBER // 2, unpacked), where)
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
    if types.is_list(values.type) or types.is_large_list(values.type):
        return int(_unpacked_bytes(values.flatten()))
    return int(values.nbytes)


def _only_vectors(path: Path, file: ParquetFile) -> str:
    """Return the column of vectors where none is named; columns of lists come before JSON texts."""
    lists = [field.name for field in file.schema_arrow if _holds_numbers(field.type)]
    called = [name for name in file.schema_arrow.names if "embedding" in name.lower()]
    for candidates in ([name for name in called if name in lists], called, lists):
        if len(candidates) == 1:
            return str(candidates[0])
    listed = _listed(file.schema_arrow.names)
    raise InputError(
        f"{path}: found the columns {listed}, expected one with 'embedding' in its name, or one with lists of"
        " numbers: name the column"
    )


def _listed(names: list[str]) -> str:
    """Return the first names, as an error can hold them."""
    return ", ".join(name[:40] for name in names[:20]) + (" …" if len(names) > 20 else "")  # noqa: PLR2004


def _holds_numbers(kind: DataType) -> bool:
    from pyarrow import types

    lists = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    if not any(test(kind) for test in lists):
        return False
    return bool(types.is_floating(kind.value_type) or types.is_integer(kind.value_type))


def _matrix(piece: Array, where: str, first: int) -> NDArray[Any]:
    """Return a piece of a column as a matrix; ``first`` is the row it begins at."""
    from pyarrow import types

    if types.is_string(piece.type) or types.is_large_string(piece.type):
        return _parsed(piece.to_pylist(), where, first)
    if not _holds_numbers(piece.type):
        raise InputError(f"{where}: found values of type {piece.type}, expected lists of numbers")
    sizes = np.array(piece.value_lengths().fill_null(-1))  # a missing list has no length
    wrong = np.flatnonzero((sizes != sizes[0]) | (sizes < 1))
    if len(wrong):
        size = int(sizes[wrong[0]])
        length = "no list" if size < 0 else f"a list of {size} numbers"
        message = f"{length}, expected {sizes[0] if sizes[0] > 0 else 'numbers'}"
        raise InputError(f"{where}: row {first + int(wrong[0])}: found {message}")
    flat = piece.flatten()
    if flat.null_count:
        row = int(np.flatnonzero(np.array(flat.is_null()))[0]) // int(sizes[0])
        raise InputError(f"{where}: row {first + row}: found a missing number, expected {sizes[0]} numbers")
    numbers: NDArray[Any] = flat.to_numpy(zero_copy_only=False).reshape(len(piece), int(sizes[0]))
    return numbers


def _parsed(texts: list[Any], where: str, first: int) -> NDArray[Any]:
    rows = [_numbers(text, f"{where}: row {first + i}") for i, text in enumerate(texts)]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise InputError(
                f"{where}: row {first + i}: found a list of {len(row)} numbers, expected {len(rows[0])}"
            )
    return np.stack(rows)


def _numbers(text: Any, where: str) -> NDArray[np.float64]:
    try:
        values = json.loads(text)
        # Exact types: NumPy would also take a text or a truth value for a number.
        if isinstance(values, list) and values and {type(value) for value in values} <= {int, float}:
            return np.array(values, np.float64)
    except (ValueError, TypeError, RecursionError, OverflowError):
        pass
    raise InputError(f"{where}: found {str(text)[:40]!r}, expected a JSON list of numbers")
