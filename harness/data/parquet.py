"""Columns of Parquet files, read a piece at a time: vectors as one array, anything else as Python values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.data.parquet_pages import check_rows
from harness.data.parquet_pieces import listed, opened, pieces, shown
from harness.data.vector_files import Rows, vector_set
from harness.errors import InputError
from harness.types import Floats, Json, PairSet, check_vectors

if TYPE_CHECKING:
    from pyarrow import Array, DataType
    from pyarrow.parquet import ParquetFile


def parquet_rows(path: Path) -> int:
    """Return the number of rows of a Parquet file; raise InputError where it is none."""
    with opened(path) as file, path.open("rb") as raw:
        return check_rows(raw, file.metadata, str(path))


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
    with opened(path) as file:
        name = column if column is not None else _only_vectors(path, file)
        where = f"{path}: column {name[:40]!r}"
        parts = [_matrix(piece, where, first) for first, piece in pieces(path, file, name, limit, skip)]
    widths = sorted({part.shape[1] for part in parts})
    if len(widths) > 1:
        raise InputError(f"{where}: found lists of {widths} numbers, expected as many in each row")
    if not parts:
        raise InputError(f"{where}: found no rows after {skip}, expected vectors")
    return check_vectors(np.concatenate(parts), where)


def read_parquet_values(path: Path, column: str, limit: int | None = None, skip: int = 0) -> list[Any]:
    """Return the values of a column, as Python objects, of ``limit`` rows after the first ``skip``."""
    with opened(path) as file:
        return [value for _, piece in pieces(path, file, column, limit, skip) for value in piece.to_pylist()]


def _only_vectors(path: Path, file: ParquetFile) -> str:
    """Return the column of vectors where none is named; columns of lists come before JSON texts."""
    lists = [field.name for field in file.schema_arrow if _holds_numbers(field.type)]
    called = [name for name in file.schema_arrow.names if "embedding" in name.lower()]
    for candidates in ([name for name in called if name in lists], called, lists):
        if len(candidates) == 1:
            return str(candidates[0])
    names = listed(file.schema_arrow.names)
    raise InputError(
        f"{path}: found the columns {names}, expected one with 'embedding' in its name, or one with lists of"
        " numbers: name the column"
    )


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
        raise InputError(f"{where}: found values of type {shown(str(piece.type))}, expected lists of numbers")
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
    limits.LINE.check(len(text or ""), where)
    try:
        values = json.loads(text)
        # Exact types: NumPy would also take a text or a truth value for a number.
        if isinstance(values, list) and values and {type(value) for value in values} <= {int, float}:
            return np.array(values, np.float64)
    except (ValueError, TypeError, RecursionError, OverflowError):
        pass
    raise InputError(f"{where}: found {str(text)[:40]!r}, expected a JSON list of numbers")
