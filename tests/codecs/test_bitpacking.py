"""Symbols in whole bytes: sums by hand, and what goes in comes out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codecs import bitpacking


def test_2560_codes_take_12_bits() -> None:
    """Symbols 1, 2, 3, 4 of levels 8, 8, 8, 5 are the number ((1 × 8 + 2) × 8 + 3) × 5 + 4 = 419."""
    codes = bitpacking.pack(np.array([[1, 2, 3, 4]]), (8, 8, 8, 5))
    # 419 = 0001 1010 0011 in 12 bits, then four zeros
    assert [[0b00011010, 0b00110000]] == codes.tolist()
    assert [[1, 2, 3, 4]] == bitpacking.unpack(codes, (8, 8, 8, 5)).tolist()


@pytest.mark.parametrize(
    ("levels", "size"),
    [
        ((256,), 1),
        ((257,), 2),
        ((5,) * 3, 1),  # 125 values: 7 bits
        ((4,) * 31, 8),  # 62 bits are one number
        ((4,) * 32, 8),  # and the last one a number of its own: 64 bits
        ((5,) * 50, 15),  # twice 26 positions would not fit 62 bits: 61 + 56 bits of 116.1
        ((256,) * 12, 12),  # 56 and 40 bits
    ],
)
def test_a_code_takes_hardly_more_than_its_bits(levels: tuple[int, ...], size: int) -> None:
    """The bytes are worked out by hand, from the numbers that positions are counted in."""
    assert (1, size) == bitpacking.pack(np.zeros((1, len(levels)), np.int64), levels).shape
    assert size == bitpacking.size(levels)


@given(st.lists(st.integers(2, 300), min_size=1, max_size=40), st.integers(0, 2**32))
def test_what_is_packed_comes_back(levels: list[int], seed: int) -> None:
    """Whatever the levels, symbols come back, the largest ones too."""
    symbols = np.random.default_rng(seed).integers(levels, size=(5, len(levels)))
    symbols[-1] = np.array(levels) - 1
    np.testing.assert_array_equal(symbols, bitpacking.unpack(bitpacking.pack(symbols, levels), levels))


def test_different_symbols_have_different_codes() -> None:
    """The 2,560 codes of four positions are 2,560 different pairs of bytes."""
    grids = np.meshgrid(*[np.arange(size) for size in (8, 8, 8, 5)])
    symbols = np.stack([grid.ravel() for grid in grids], axis=1)
    assert 2560 == len(np.unique(bitpacking.pack(symbols, (8, 8, 8, 5)), axis=0))


def test_bits_are_the_logarithm_of_the_codes() -> None:
    """Four positions of 2,560 codes hold log2(2560) bits."""
    assert pytest.approx(np.log2(2560)) == bitpacking.bits((8, 8, 8, 5))
