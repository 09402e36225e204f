"""Rotations into as many dimensions or more, against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.codecs.frames import directions, filled, frame, wider


@pytest.mark.parametrize("width", [24, 40])
def test_a_frame_keeps_inner_products(width: int) -> None:
    """Rows are orthonormal: rotating there and back is the identity."""
    rotation = frame(24, width, 7)
    assert (24, width) == rotation.shape
    np.testing.assert_allclose(np.eye(24), rotation @ rotation.T, atol=1e-6)


def test_noise_falls_by_the_share_of_the_vectors_space() -> None:
    """Of noise of variance 1 in 96 dimensions, a quarter is left after rotating back to 24."""
    noise = np.random.default_rng(1).standard_normal((2000, 96))
    back = noise @ frame(24, 96, 7).T
    assert 24 == pytest.approx((back**2).sum(axis=1).mean(), rel=0.02)


@pytest.mark.parametrize(("bits", "extra", "width"), [(1, 8, 448), (2, 20, 464), (4, 12, 408), (3, 20, 432)])
def test_extra_bytes_are_dimensions_by_eights(bits: int, extra: int, width: int) -> None:
    """8, 20 and 12 bytes are 64, 80 and 24 dimensions of 1, 2 and 4 bits; of 20 bytes 3 bits fill 18."""
    assert width == wider(384, bits, extra)


def test_codes_are_filled_up_with_zeros() -> None:
    """Two bytes more of zeros; a code that is too long already is refused."""
    codes = np.array([[3, 5]], np.uint8)
    np.testing.assert_array_equal([[3, 5, 0, 0]], filled(codes, 4))
    with pytest.raises(ValueError, match="negative"):
        filled(codes, 1)


def test_directions_have_length_one() -> None:
    """(3, 4) becomes (0.6, 0.8); a row of zeros stays one."""
    rows = np.array([[3, 4], [0, 0]], np.float32)
    np.testing.assert_allclose([[0.6, 0.8], [0, 0]], directions(rows), atol=1e-7)
