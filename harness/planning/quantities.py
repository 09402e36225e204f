"""Quantities as people write them: 64B, 1e9 rows, 3m."""

from __future__ import annotations

import math
import re

from harness.errors import InputError

_UNITS_BYTES = {"": 1, "b": 1, "kb": 1_000, "kib": 1_024}
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([smh])")
_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3_600}
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE]\+?\d+)?)\s*([a-zA-Z]*)\s*")
MOST_ROWS = 10**15


def parse_bytes(text: str) -> float:
    """Return bytes a vector.

    >>> parse_bytes("64B"), parse_bytes("1.5 kB")
    (64.0, 1500.0)
    """
    return _parsed(text, _UNITS_BYTES, "--budget", "bytes a vector, such as 64B")


def parse_time(text: str, option: str, examples: str) -> float:
    """Return the seconds of a time such as '90s'; an InputError names ``option`` and ``examples``.

    >>> parse_time("2m", "--lease", "90s or 2m")
    120.0
    """
    parts = _TIME.fullmatch(text)
    if parts is None or not float(parts[1]):
        raise InputError(f"{option}: found {text!r}, expected a time such as {examples}")
    return float(parts[1]) * _UNITS_SECONDS[parts[2]]


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
