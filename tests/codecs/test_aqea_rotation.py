"""The rotation of aqea-cli, against quaternions multiplied by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.vectors import random_floats

from harness.codecs.affine import Affine
from harness.codecs.aqea_rotation import Weights, affine_of, rotate, to_weights, unrotate
from harness.errors import InputError
from harness.server.aqea_files import read_aqwt, write_aqwt


def _hamilton(p: list[float], q: list[float]) -> list[float]:
    """Return the product p q by the rule i² = j² = k² = ijk = -1, term by term."""
    table = {(0, n): (1, n) for n in range(4)} | {(n, 0): (1, n) for n in range(4)}
    table |= {(n, n): (-1, 0) for n in (1, 2, 3)}
    table |= {
        (1, 2): (1, 3),
        (2, 3): (1, 1),
        (3, 1): (1, 2),
        (2, 1): (-1, 3),
        (3, 2): (-1, 1),
        (1, 3): (-1, 2),
    }
    product = [0.0] * 4
    for (a, b), (sign, n) in table.items():
        product[n] += sign * p[a] * q[b]
    return product


def test_the_rotation_is_the_hamilton_product_with_the_spirals_quaternion() -> None:
    """Three blocks, each worked out from the formulas for axis and angle; the last two of 14 stay."""
    row, scale, angle = [float(n) for n in range(1, 15)], 1.75, 2.399963229728653
    expected = []
    for i in range(3):
        theta, phi = i * angle, min(np.pi * i / 3, np.pi - 0.01)
        axis = [np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)]
        half = angle * scale / 2
        expected += _hamilton([np.cos(half), *(np.sin(half) * a for a in axis)], row[4 * i : 4 * i + 4])
    np.testing.assert_allclose(rotate(np.array([row]), scale)[0], [*expected, 13, 14], atol=1e-12)


def test_the_first_block_turns_about_the_third_axis() -> None:
    """Its q is cos h + k sin h, so that (1, 0, 0, 0) becomes (cos h, 0, 0, sin h), with h = 1.2 · scale."""
    half = 2.399963229728653 * 2.0 / 2
    expected = [np.cos(half), 0, 0, np.sin(half)]
    np.testing.assert_allclose(rotate(np.eye(1, 4), 2.0)[0], expected, atol=1e-15)


@pytest.mark.parametrize("dimension", [1, 3, 4, 5, 8, 384, 385])
def test_rotating_keeps_scalar_products_and_can_be_undone(dimension: int) -> None:
    """For any dimension, a multiple of four or not."""
    x = random_floats(7, dimension)
    turned = rotate(x, 1.75)
    np.testing.assert_allclose(turned @ turned.T, x @ x.astype(float).T, atol=1e-4)
    np.testing.assert_allclose(unrotate(turned, 1.75), x, atol=1e-12)
    assert (dimension < 4) == np.array_equal(turned, x)


def test_no_rotation_is_the_scale_zero() -> None:
    """The angle is 0, and q is 1."""
    np.testing.assert_array_equal(rotate(random_floats(3, 12), 0.0), random_floats(3, 12))


def test_the_codec_of_weights_rotates_and_then_maps() -> None:
    """It is the matrix times the rotated vectors, and comes back as the same weights."""
    weights = Weights(random_floats(3, 10), 1.5, "protein", 0.5)
    x = random_floats(20, 10)
    codec = affine_of(weights)
    np.testing.assert_allclose(
        codec.decode(codec.encode(x)), rotate(x, 1.5) @ weights.matrix.T.astype(float), atol=1e-5
    )
    again = to_weights(codec, 1.5, "protein", 0.5)
    np.testing.assert_allclose(again.matrix, weights.matrix, atol=1e-6)
    assert (10, 3, 1.5, "protein", 0.5) == (
        again.original_dim,
        again.compressed_dim,
        again.rotation_scale,
        again.kind,
        again.spearman,
    )


def test_any_map_without_bias_can_be_exported(tmp_path: Path) -> None:
    """A codec that never rotated is written, read and folded back into itself."""
    codec = Affine(random_floats(384, 13), np.zeros(13, np.float32))
    write_aqwt(tmp_path / "a.aqwt", to_weights(codec, 1.75, "text", 0.875))
    np.testing.assert_allclose(affine_of(read_aqwt(tmp_path / "a.aqwt")).weights, codec.weights, atol=1e-6)


def test_a_bias_cannot_be_exported() -> None:
    """The weights have no place for it."""
    with pytest.raises(InputError, match="found a map with a bias, expected one without"):
        to_weights(Affine(random_floats(4, 2), np.ones(2, np.float32)), 1.0, "text", 0.0)
