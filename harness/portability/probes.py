"""Vectors that steps compute with, and digests of what they come to."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from harness.types import Floats

ROWS, DIMENSION = 300, 24


def digest(*arrays: Any) -> str:
    """Return 16 hexadecimal digits of the bytes, shapes and types of arrays and tensors."""
    hasher = hashlib.sha256()
    for array in arrays:
        values = np.ascontiguousarray(array.detach().numpy() if hasattr(array, "detach") else array)
        hasher.update(f"{values.dtype} {values.shape} ".encode() + values.tobytes())
    return hasher.hexdigest()[:16]


def vectors() -> Floats:
    """Return vectors (ROWS, DIMENSION) float32, the same ones at each call."""
    rng = np.random.default_rng(3)
    mix = rng.standard_normal((DIMENSION, DIMENSION)) * 0.9 ** np.arange(DIMENSION)
    return (rng.standard_normal((ROWS, DIMENSION)) @ mix).astype(np.float32)
