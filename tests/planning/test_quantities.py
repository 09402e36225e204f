"""Quantities of options: bytes, rows and times, with their units."""

from __future__ import annotations

import functools

import pytest

from harness.errors import InputError
from harness.planning.quantities import parse_bytes, parse_rows, parse_time

_time = functools.partial(parse_time, option="--time", examples="90s, 3m or 1h")


def test_quantities_are_read_with_their_units() -> None:
    """Bytes and rows need none."""
    assert [64.0, 64.0, 1024.0] == [parse_bytes(text) for text in ("64B", "64", "1KiB")]
    assert [90.0, 180.0, 5400.0] == [_time(text) for text in ("90s", "3m", "1.5h")]
    assert [10**9, 2_000] == [parse_rows(text) for text in ("1e9", "2_000")]


@pytest.mark.parametrize(
    ("parse", "text", "option"),
    [
        (parse_bytes, "64X", "--budget"),
        (parse_bytes, "0B", "--budget"),
        (parse_bytes, "-1", "--budget"),
        (_time, "soon", "--time"),
        (_time, "90", "--time"),
        (_time, "0.0s", "--time"),
        (_time, "1e9h", "--time"),
        (parse_rows, "1", "--rows"),
        (parse_rows, "2.5", "--rows"),
        (parse_rows, "1e16", "--rows"),
    ],
)
def test_a_wrong_quantity_names_its_option(parse: object, text: str, option: str) -> None:
    """And shows what a right one looks like."""
    assert callable(parse)
    with pytest.raises(InputError, match=f"^{option}: found '{text}', expected "):
        parse(text)
