"""Structures of Thrift's compact protocol."""

from __future__ import annotations

import pytest

from harness.data.thrift import structure


def test_numbers_truth_values_and_structures_are_read() -> None:
    """Fields by number, near and far ones; the end is the byte after the structure."""
    data = bytes([0x15, 0x08, 0x11, 0x12, 0x05, 0x28, 0x03, 0x1C, 0x15, 0x01, 0x00, 0x00, 0xFF])
    assert ({1: 4, 2: True, 3: False, 20: -2, 21: {1: -1}}, 12) == structure(data, 0, 2)


def test_a_number_of_another_width_is_no_number_of_32_bits() -> None:
    """Thrift skips a field of another type: what follows under the same number does not replace the first."""
    i32, i64 = bytes([0x15, 0x08]), bytes([0x06, 0x02, 0x0A])
    assert {1: 4} == structure(i32 + i64 + b"\0", 0, 1)[0]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x15", IndexError),
        (b"\x18\x7f", IndexError),
        (b"\x1c\x15\x02\0\0", ValueError),
        (b"\x19\x00\0", ValueError),
        (b"\x15" + b"\xff" * 11, ValueError),
    ],
)
def test_what_is_no_structure_is_an_error(data: bytes, error: type[Exception]) -> None:
    """Data that end, a structure too deep, a list, a number without end."""
    with pytest.raises(error):
        structure(data, 0, 1)
