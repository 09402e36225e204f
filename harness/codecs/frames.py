"""Random rotations into as many dimensions as the vectors have, or more.

A vector that is padded with zeros and then rotated keeps its inner products, and what rounding adds to its
numbers is partly undone by rotating back: only the part inside the space of the vectors is left. More
dimensions thus spend more bytes on the same vector (frames: Goyal, Vetterli, Thao 1998).
"""

from __future__ import annotations

import numpy as np

from harness.types import ZERO_NORM, Bytes, Floats


def frame(dimension: int, width: int, seed: int) -> Floats:
    """Return a random rotation (dimension, width) float32 of vectors that are padded to ``width``.

    Its rows are orthonormal. Its transpose rotates back.
    """
    normal = np.random.default_rng(seed).standard_normal((width, dimension))
    rotation: Floats = np.ascontiguousarray(np.linalg.qr(normal)[0].T, dtype=np.float32)
    return rotation


def wider(dimension: int, bits: int, extra_bytes: int) -> int:
    """Return the dimensions that a vector has with ``extra_bytes`` more of them, at ``bits`` each.

    Whole bytes of every bit: a multiple of 8 more.
    """
    return dimension + extra_bytes // bits * 8


def filled(codes: Bytes, size: int) -> Bytes:
    """Return codes (n, size) uint8: ``codes`` (n, m), m at most ``size``, and zeros after them."""
    return np.pad(codes, ((0, 0), (0, size - codes.shape[1])))


def directions(x: Floats) -> Floats:
    """Return the rows of ``x`` (n, D) float32 at length 1, each by itself; one of zeros stays so."""
    rows = x.astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), ZERO_NORM)
    units: Floats = rows.astype(np.float32)
    return units
