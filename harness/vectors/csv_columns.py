"""Which columns of a CSV file hold the vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.errors import InputError
from harness.types import Doubles
from harness.vectors.choosing import chosen, listed, numbered_columns, usual_length
from harness.vectors.number_lists import EMPTY, NULL, NULL_NUMBER, Unreadable, numbers_of, parsed

_COUNTED = 8  # columns: fewer may count up by chance


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a row's numbers stand: in the fields ``at``, or as a JSON list in the only one of them.

    ``fields``: how many a row has. ``header``: whether the first row names them.
    """

    at: tuple[int, ...]
    lists: bool
    fields: int
    header: bool

    def row(self, fields: Sequence[str], dimension: int) -> Doubles | Unreadable:
        """Return a row (D,), or the reason why it is none."""
        if not fields:
            return Unreadable(EMPTY)
        if len(fields) != self.fields:
            alone = len(self.at) == self.fields and not self.lists
            return Unreadable(f"length {len(fields)}" if alone else f"{len(fields)} fields")
        values = [fields[i] for i in self.at]
        if self.lists:
            return numbers_of(parsed(values[0]), dimension) if values[0].strip() else Unreadable(NULL)
        numbers = _numbers(values)
        if numbers is None:
            missing = [not value.strip() for value in values]
            return Unreadable(NULL if all(missing) else NULL_NUMBER if any(missing) else "no number")
        return np.array(numbers)


def columns_of(head: Sequence[Sequence[str]], column: str | None, name: str) -> Columns:
    """Return the columns that hold vectors, from a file's first rows.

    Numbered columns are those of one name and the numbers from 0 or 1 on, and are called by the first of
    them. Raises InputError with the columns that are there.
    """
    first = head[0] if head else []
    if _numbers(first) is not None and not _are_names(first, column, name):
        if column is not None:
            raise InputError(f"{name}: found no header, expected one with the column {column!r}")
        width = usual_length(map(len, head), name)
        return Columns(tuple(range(width)), lists=False, fields=width, header=False)
    header = not any(_is_list(field) for field in first)
    names = list(first) if header else [str(i) for i in range(len(first))]
    rows = [row for row in head[1 if header else 0 :] if len(row) == len(names)]
    groups = _candidates(names, rows)
    label = chosen(column, groups, names, name)
    if label not in groups:
        raise InputError(f"{name}: found no vectors in column {label!r}, expected one of {listed(groups)}")
    at, lists = groups[label]
    return Columns(at, lists=lists, fields=len(names), header=header)


def _are_names(first: Sequence[str], column: str | None, where: str) -> bool:
    """Return whether a row of numbers names the columns: it counts up from 0 or 1 on.

    Raises InputError where it does so through few columns, as data may, unless ``column`` is such a name.
    """
    if not any(len(at) == len(first) for at in numbered_columns(first)):
        return False
    if len(first) < _COUNTED and column not in first:
        problem = f"row 0: found {', '.join(first)}, which may be a header or data"
        raise InputError(f"{where}: {problem}, expected a header such as x0, or --column {first[0]}")
    return True


def _candidates(
    names: Sequence[str], rows: Sequence[Sequence[str]]
) -> Mapping[str, tuple[tuple[int, ...], bool]]:
    """Return where vectors stand, by the name of a column: at numbered columns, or as lists in one."""
    lists = {name: ((i,), True) for i, name in enumerate(names) if any(_is_list(row[i]) for row in rows)}
    numbered = {
        names[at[0]]: (at, False)
        for at in numbered_columns(names)
        if any(_numbers([row[i] for i in at]) is not None for row in rows)
    }
    several = {label: group for label, group in numbered.items() if len(group[0]) > 1}
    return {**lists, **(several or ({} if lists else numbered))}


def _is_list(field: str) -> bool:
    return field.lstrip().startswith("[") and isinstance(parsed(field), list)


def _numbers(fields: Sequence[str]) -> list[float] | None:
    """Return fields as numbers, or None where one is none."""
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return None
    return None if not numbers or any("_" in field for field in fields) else numbers
