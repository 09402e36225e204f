"""Columns of a Parquet file as numbers: lists of any kind, JSON texts of lists, or a column a dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.vectors.choosing import numbered_columns
from harness.vectors.number_lists import NULL, NULL_NUMBER, Unreadable, numbers_of, parsed

if TYPE_CHECKING:
    from pyarrow import Array, DataType, RecordBatch, Schema

Rows = tuple[NDArray[Any], Mapping[int, str]]  # (n, D), and the reasons of broken ones by position
Read = Callable[["RecordBatch", int], Rows]


def readers(schema: Schema) -> dict[str, tuple[tuple[str, ...], Read]]:
    """Return how vectors are read, by the name of a column: lists, JSON texts, or numbered columns.

    Columns of texts are among them, since only their rows say whether they are JSON.
    """
    from pyarrow import types

    named = {field.name: field.type for field in schema}
    field_names = schema.names
    by_name: dict[str, tuple[tuple[str, ...], Read]] = {}
    for name, kind in named.items():
        if is_list(kind):
            by_name[name] = (name,), _from_lists
        elif types.is_string(kind) or types.is_large_string(kind):
            by_name[name] = (name,), _from_texts
    for at in numbered_columns(list(named)):
        names = tuple(field_names[i] for i in at)
        if all(_is_number(named[name]) for name in names):
            by_name[names[0]] = names, _from_columns
    return by_name


def preferred(schema: Schema, by_name: Mapping[str, tuple[tuple[str, ...], Read]]) -> list[str]:
    """Return the columns that hold vectors by their type: lists, else numbered ones, else texts by name."""
    lists = [name for name in by_name if is_list(schema.field(name).type)]
    numbered = {name: len(names) for name, (names, read) in by_name.items() if read is _from_columns}
    several = [name for name, count in numbered.items() if count > 1]
    of_texts = [name for name, (_, read) in by_name.items() if read is _from_texts]
    texts = [name for name in of_texts if "embedding" in name.lower()]
    return lists or several or texts or list(numbered)


def lengths(batch: RecordBatch, read: Read) -> list[int]:
    """Return how many numbers the rows of a batch have; 0 where there are none."""
    if read is _from_columns:
        return [batch.num_columns] * batch.num_rows
    if read is _from_lists:
        sizes: list[int] = batch.column(0).value_lengths().fill_null(0).to_pylist()
        return sizes
    return [len(v) for v in map(_parsed, batch.column(0).to_pylist()) if isinstance(v, list)]


def is_list(kind: DataType) -> bool:
    """Return whether a type is lists of real numbers."""
    from pyarrow import types

    lists = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(test(kind) for test in lists) and _is_number(kind.value_type)


def stored_type(kind: DataType) -> str:
    """Return the type of the numbers of a column as NumPy names it, or text."""
    numbers = kind.value_type if is_list(kind) else kind
    return str(np.dtype(numbers.to_pandas_dtype())) if _is_number(numbers) else "text"


def _is_number(kind: DataType) -> bool:
    from pyarrow import types

    return bool(types.is_floating(kind) or types.is_integer(kind))


def _from_lists(batch: RecordBatch, dimension: int) -> Rows:
    column = batch.column(0)
    sizes = np.array(column.value_lengths().fill_null(-1))
    broken = {
        i: NULL if sizes[i] < 0 else f"length {sizes[i]}" for i in np.flatnonzero(sizes != dimension).tolist()
    }
    flat, whole = column, np.flatnonzero(sizes == dimension)
    if broken:
        from pyarrow import array

        flat = column.take(array(whole))
    flat = flat.flatten()
    numbers, missing = _numbers(flat)
    broken |= {int(whole[i]): NULL_NUMBER for i in np.unique(missing // dimension).tolist()}
    if not broken:
        return numbers.reshape(-1, dimension), {}
    rows = np.zeros((len(column), dimension), numbers.dtype)
    rows[whole] = numbers.reshape(-1, dimension)
    return rows, broken


def _from_columns(batch: RecordBatch, _dimension: int) -> Rows:
    columns = [_numbers(column) for column in batch.columns]
    counts = np.zeros(batch.num_rows, np.int64)
    for _, missing in columns:
        counts[missing] += 1
    reasons = {i: NULL if counts[i] == len(columns) else NULL_NUMBER for i in np.flatnonzero(counts).tolist()}
    return np.stack([numbers for numbers, _ in columns], axis=1), reasons


def _from_texts(batch: RecordBatch, dimension: int) -> Rows:
    rows, broken = np.zeros((batch.num_rows, dimension)), {}
    for i, text in enumerate(batch.column(0).to_pylist()):
        row = numbers_of(_parsed(text), dimension)
        if isinstance(row, Unreadable):
            broken[i] = str(row)
        else:
            rows[i] = row
    return rows, broken


def _parsed(text: str | None) -> Any:
    return None if text is None else parsed(text)


def _numbers(values: Array) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return numbers (n,), zero where they are missing, and the positions at which they are missing."""
    if not values.null_count:
        return values.to_numpy(zero_copy_only=False), np.empty(0, np.int64)
    missing = np.flatnonzero(np.array(values.is_null())).astype(np.int64)
    return values.fill_null(0).to_numpy(zero_copy_only=False), missing
