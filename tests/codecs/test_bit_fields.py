"""Numbers of equal width in dense streams: against NumPy's bits, one by one, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codecs.bit_fields import pack, unpack
from harness.types import Bytes


def _by_bits(numbers: Bytes, bits: int) -> Bytes:
    """Return the stream of each row, made bit by bit."""
    each = np.unpackbits(numbers[:, :, None], axis=2, count=bits, bitorder="little")
    return np.packbits(each.reshape(len(numbers), -1), axis=1, bitorder="little")


def test_three_numbers_of_five_bits_by_hand() -> None:
    """1, 2 and 31 are 00001, 00010 and 11111: from the lowest bit 01000001 and 01111100."""
    codes = pack(np.array([[1, 2, 31]], np.uint8), 5)
    assert [[0b01000001, 0b01111100]] == codes.tolist()
    assert [[1, 2, 31]] == unpack(codes, 5, 3).tolist()


@given(st.integers(1, 8), st.integers(1, 40), st.integers(0, 2**32))
def test_streams_are_those_of_single_bits(bits: int, dimension: int, seed: int) -> None:
    """Whatever the width and the dimension; and the numbers come back."""
    numbers = np.random.default_rng(seed).integers(0, 1 << bits, (5, dimension), np.uint8)
    numbers[-1] = (1 << bits) - 1
    before = numbers.copy()
    codes = pack(numbers, bits)
    np.testing.assert_array_equal(_by_bits(numbers, bits), codes)
    np.testing.assert_array_equal(numbers, unpack(codes, bits, dimension))
    np.testing.assert_array_equal(before, numbers)


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_no_rows_have_no_codes(bits: int) -> None:
    """Shapes stay what they are for rows."""
    codes = pack(np.empty((0, 10), np.uint8), bits)
    assert (0, -(-10 * bits // 8)) == codes.shape
    assert (0, 10) == unpack(codes, bits, 10).shape
