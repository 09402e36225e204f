"""The affine codec."""

from __future__ import annotations

import numpy as np

from harness.codecs.affine import Affine, restore_affine


def _affine() -> Affine:
    # (x, y, z) -> (x + 2 z + 10, 3 y - 1)
    return Affine(np.array([[1, 0], [0, 3], [2, 0]], np.float32), np.array([10, -1], np.float32))


def test_the_affine_codec_is_the_map_worked_by_hand() -> None:
    """(1, 2, 3) goes to (1 + 6 + 10, 6 - 1) = (17, 5), stored exactly in 8 bytes."""
    codes = _affine().encode(np.array([[1, 2, 3]], np.float32))
    assert (1, 8) == codes.shape
    assert [[17, 5]] == _affine().decode(codes).tolist()


def test_the_affine_codec_is_restored_from_its_state() -> None:
    """Weights and bias are all there is."""
    restored = restore_affine(_affine().state())
    np.testing.assert_array_equal(restored.weights, _affine().weights)
    np.testing.assert_array_equal(restored.bias, _affine().bias)
