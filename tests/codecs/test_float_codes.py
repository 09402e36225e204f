"""Vectors as the bytes of their floats, and back."""

from __future__ import annotations

import numpy as np

from harness.codecs.float_codes import code_floats, float_codes


def test_floats_are_stored_little_endian() -> None:
    """The bytes of 1.0 and -2.0 are those of IEEE 754, the lowest first."""
    # 1.0 is 0x3f800000, -2.0 is 0xc0000000
    codes = float_codes(np.array([[1.0, -2.0]], np.float32))
    assert [[0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]] == codes.tolist()
    assert [[1.0, -2.0]] == code_floats(codes).tolist()


def test_floats_survive_any_layout() -> None:
    """A transposed view and big-endian floats come back as the same numbers, float32."""
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    for given in (x.T, x.astype(">f4").T):
        found = code_floats(float_codes(given))
        assert np.float32 == found.dtype
        np.testing.assert_array_equal(found, x.T)
