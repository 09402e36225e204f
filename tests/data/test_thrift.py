"""Thrift's compact protocol: values that are asked for, and all others skipped."""

from __future__ import annotations

import pytest

from harness.data.thrift import BINARY, DOUBLE, FALSE, I32, I64, LIST, SET, STRUCT, TRUE, Cursor


def test_numbers_are_read_and_all_else_is_skipped() -> None:
    """Fields by number, near and far ones; the position is then the byte after the structure."""
    truths, text, double = bytes([0x11, 0x12]), b"\x18\x03abc", b"\x17" + b"\0" * 8
    lists = bytes([0x19, 0x35, 2, 4, 6, 0x1A, 0x21, 1, 2])  # three numbers, and a set of two truth values
    inner = bytes([0x1C, 0x15, 0x01, 0x00])
    cursor = Cursor(b"\x15\x08" + truths + text + double + lists + inner + b"\x06\x80\x02\x0a" + b"\0\xff")
    actual = []
    for number, kind in cursor.fields():
        if kind in {I32, I64}:
            actual.append((number, kind, cursor.whole()))
        else:
            actual.append((number, kind, None))
            cursor.skip(kind)
    skipped = [(2, TRUE), (3, FALSE), (4, BINARY), (5, DOUBLE), (6, LIST), (7, SET), (8, STRUCT)]
    assert [(1, I32, 4), *((*each, None) for each in skipped), (128, I64, 5)] == actual
    assert len(cursor.data) - 1 == cursor.at


def test_elements_are_counted_in_short_and_in_long_lists() -> None:
    """Below 15 beside their type, from 15 on in bytes of their own."""
    assert (14, STRUCT) == Cursor(b"\xec").elements()
    assert (300, I64) == Cursor(b"\xf6\xac\x02").elements()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", IndexError, id="nothing"),
        pytest.param(b"\x15", IndexError, id="no number"),
        pytest.param(b"\x18\x7f\0", IndexError, id="a text beyond the end"),
        pytest.param(b"\x19\xf3" + b"\xff" * 8 + b"\x01\0", IndexError, id="a list of 2^57 bytes"),
        pytest.param(b"\x19\xf1" + b"\xff" * 8 + b"\x01\0", IndexError, id="a list of 2^57 truth values"),
        pytest.param(b"\x1b\0\0", ValueError, id="a map"),
        pytest.param(b"\x1c" * 100, ValueError, id="structures without end"),
        pytest.param(b"\x15" + b"\xff" * 11, ValueError, id="a number without end"),
    ],
)
def test_what_is_no_structure_is_an_error(data: bytes, error: type[Exception]) -> None:
    """One of two, and no loop that takes longer than the data."""
    with pytest.raises(error):
        Cursor(data).skip(STRUCT)
