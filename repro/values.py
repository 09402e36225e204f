"""Values of results, means and comparisons: their names, their order and their last printed digit."""

from __future__ import annotations

import math
import sys
from typing import Any

NAME = ("protocol", "dataset", "metric")  # the keys that name a value
DIGITS = 6  # significant digits of a printed value


def value_name(value: dict[str, Any]) -> str:
    """Return the protocol, data set and metric of a value, as its name."""
    return " ".join(str(value.get(key)) for key in NAME)


def check_value(value: Any) -> str:
    """Return the name of a result's value; raise ValueError for a malformed value."""
    parts = [value.get(key) for key in NAME] if isinstance(value, dict) else []
    if not parts or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"values: found {value}, expected a protocol, a dataset and a metric")
    name = value_name(value)
    ends: list[Any] = [value.get(key) for key in ("low", "value", "high")]
    if not all(type(x) in {int, float} for x in ends) or sorted(ends) != ends:
        raise ValueError(f"{name}: found {ends}, expected low <= value <= high")
    if type(value.get("n")) is not int or value["n"] < 1:
        raise ValueError(f"{name}: n: found {value.get('n')}, expected at least 1 item")
    undefined = value.get("undefined", 1)
    if type(undefined) is not int or undefined < 1:
        raise ValueError(f"{name}: undefined: found {undefined}, expected a number of resamples, if any")
    return name


def numbers(owner: str, values: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the ``values`` of a group, comparison or cell (``owner``) by name.

    Raises ValueError where a name is repeated, or where a value has no finite number under one of ``keys``.
    """
    by_name: dict[str, Any] = {}
    for value in values:
        name = value_name(value)
        if name in by_name or not all(finite(value.get(key)) for key in keys):
            raise ValueError(f"{owner}: {name}: expected once, with the numbers {', '.join(keys)}")
        by_name[name] = value
    return by_name


def finite(value: Any) -> bool:
    """Return whether a JSON value is a number that float64 holds."""
    return type(value) in {int, float} and -sys.float_info.max <= value <= sys.float_info.max


def last_digit(number: float) -> float:
    """Return one unit of the last of DIGITS that a number is printed with."""
    size = abs(number)
    return 10.0 ** (math.floor(math.log10(size)) + 1 - DIGITS) if size else 10.0**-DIGITS
