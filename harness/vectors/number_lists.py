"""Lists of numbers in JSON and CSV: a row of numbers, or the reason why it is none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from harness.types import Doubles
from harness.vectors.source import Piece

NULL, NULL_NUMBER, NO_LIST, NO_JSON = "null", "null number", "no list of numbers", "no JSON"
EMPTY = "empty line"
_NUMBERS = ({int}, {float}, {int, float})  # exact types: NumPy would also take a truth value or a text


def parsed(text: str | bytes) -> Any:
    """Return the value of a JSON text; a reason, as ``Unreadable``, where it is none."""
    try:
        return json.loads(text.decode() if isinstance(text, bytes) else text)
    except (ValueError, RecursionError):  # a number of too many digits is a ValueError
        return Unreadable(NO_JSON if text.strip() else EMPTY)


class Unreadable(str):
    """The reason why a row could not be read."""

    __slots__ = ()


def numbers_of(value: Any, dimension: int) -> Doubles | Unreadable:
    """Return a list of numbers as a row (D,), or the reason why it is none of ``dimension`` numbers."""
    if not isinstance(value, list):
        return value if isinstance(value, Unreadable) else Unreadable(NULL if value is None else NO_LIST)
    if len(value) != dimension:
        return Unreadable(f"length {len(value)}")
    if set(map(type, value)) not in _NUMBERS:
        return Unreadable(NULL_NUMBER if None in value else NO_LIST)
    try:
        return np.array(value, np.float64)
    except OverflowError:  # a whole number of hundreds of digits
        return Unreadable("beyond float32")


def gathered(rows: Iterable[Doubles | Unreadable], start: int, size: int, dimension: int) -> Iterator[Piece]:
    """Yield rows (D,), numbered from ``start`` on, as pieces of ``size``; those that are none stay zeros."""
    row = start
    numbers: Doubles = np.zeros((size, dimension))
    broken: dict[int, str] = {}
    count = 0
    for value in rows:
        if isinstance(value, Unreadable):
            broken[row + count] = str(value)
        else:
            numbers[count] = value
        count += 1
        if count == size:
            yield Piece(row, numbers, broken)
            row, count, broken, numbers = row + size, 0, {}, np.zeros((size, dimension))
    if count:
        yield Piece(row, numbers[:count], broken)
