"""The map of rotated vectors that AQEA trains, after the public aqea-cli (MIT; core/).

Its rotation ('pre-quantify') is fixed and orthogonal, so that rotation and map fold into one map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.codecs.affine import Affine
from harness.errors import InputError
from harness.types import Doubles, Floats

GOLDEN_ANGLE = 2.399963229728653  # radians, as the method's source has it
KINDS = ("unknown", "text", "audio", "openai", "protein")


@dataclass(frozen=True, slots=True)
class Weights:
    """The map of rotated vectors, and their rotation.

    ``matrix`` (d, D) float32, a row an output; ``rotation_scale`` as ``rotate`` takes it; ``kind`` one of
    KINDS; ``spearman``: the correlation that training reached, from -1 to 1.
    """

    matrix: Floats
    rotation_scale: float
    kind: str
    spearman: float

    @property
    def original_dim(self) -> int:
        """Return D."""
        return int(self.matrix.shape[1])

    @property
    def compressed_dim(self) -> int:
        """Return d."""
        return int(self.matrix.shape[0])


def affine_of(weights: Weights) -> Affine:
    """Return the codec that rotates and then maps vectors, as one map."""
    folded = unrotate(weights.matrix, weights.rotation_scale).T  # M (R x) = (R' M')' x
    bias = np.zeros(weights.compressed_dim, np.float32)
    return Affine(np.ascontiguousarray(folded, dtype=np.float32), bias)


def to_weights(codec: Affine, rotation_scale: float, kind: str, spearman: float) -> Weights:
    """Return the weights whose ``affine_of`` is ``codec``, up to float32 rounding, for any rotation.

    Raises InputError where the codec has a bias, which such weights cannot hold.
    """
    if codec.bias.any():
        raise InputError("aqea: found a map with a bias, expected one without")
    return Weights(rotate(codec.weights.T, rotation_scale).astype(np.float32), rotation_scale, kind, spearman)


def rotate(rows: NDArray[Any], scale: float) -> Doubles:
    """Return rows (n, D) with every four components, read as a quaternion e, replaced by q e; float64.

    Block i of the D // 4 has a unit quaternion q of its own, of the angle GOLDEN_ANGLE · ``scale`` about the
    i-th point of a golden-angle spiral on the sphere. Components after the last whole block stay as they are.
    """
    return _turned(rows, _left_products(rows.shape[1] // 4, scale))


def unrotate(rows: NDArray[Any], scale: float) -> Doubles:
    """Return the inverse of ``rotate``, float64: the inverse of a unit quaternion is its conjugate."""
    return _turned(rows, _left_products(rows.shape[1] // 4, scale).transpose(0, 2, 1))


def _turned(rows: NDArray[Any], products: Doubles) -> Doubles:
    turned = rows.astype(np.float64)
    whole = 4 * len(products)
    blocks = turned[:, :whole].reshape(len(rows), len(products), 4)
    turned[:, :whole] = np.einsum("bij,rbj->rbi", products, blocks).reshape(len(rows), whole)
    return turned


def _left_products(blocks: int, scale: float) -> Doubles:
    """Return the matrices (blocks, 4, 4) of e -> q e (Hamilton's product)."""
    i = np.arange(blocks)
    theta, phi = i * GOLDEN_ANGLE, np.minimum(np.pi * i / max(blocks, 1), np.pi - 0.01)
    half = GOLDEN_ANGLE * scale / 2
    w = np.full(blocks, np.cos(half))
    x, y, z = np.sin(half) * np.stack([np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)])
    return np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]]).transpose(2, 0, 1)
