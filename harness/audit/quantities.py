"""Quantities as people write them: 64B, 1e9 rows, 3m."""

from __future__ import annotations

import math
import re

from harness.errors import InputError

_UNITS_BYTES = {"": 1, "b": 1, "kb": 1_000, "kib": 1_024}
_UNITS_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3_600}
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE]\+?\d+)?)\s*([a-zA-Z]*)\s*")
MOST_ROWS = 10**15


def parse_bytes(text: str) -> float:
    """Return bytes a vector.

    >>> parse_bytes("64B"), parse_bytes("1.5 kB")
    (64.0, 1500.0)
    """
    return _parsed(text, _UNITS_BYTES, "--budget", "bytes a vector, such as 64B")


def parse_seconds(text: str) -> float:
    """Return seconds.

    >>> parse_seconds("3m"), parse_seconds("90s")
    (180.0, 90.0)
    """
    return _parsed(text, _UNITS_SECONDS, "--time", "a time, such as 90s, 3m or 1h")


def parse_rows(text: str) -> int:
    """Return a number of rows, at least 2 and at most MOST_ROWS.

    >>> parse_rows("1e9"), parse_rows("2_000")
    (1000000000, 2000)
    """
    expected = "a whole number of rows from 2 on, such as 1e9"
    rows = _parsed(text.replace("_", ""), {"": 1}, "--rows", expected)
    if rows < 2 or rows != int(rows) or rows > MOST_ROWS:  # noqa: PLR2004 - one row has no neighbour
        raise InputError(f"--rows: found {text!r}, expected {expected}")
    return int(rows)


def _parsed(text: str, units: dict[str, int], option: str, expected: str) -> float:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2].lower() not in units:
        raise InputError(f"{option}: found {text!r}, expected {expected}")
    value = float(match[1]) * units[match[2].lower()]
    if not 0 < value < math.inf:
        raise InputError(f"{option}: found {text!r}, expected {expected}")
    return value
