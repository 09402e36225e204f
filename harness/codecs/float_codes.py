"""Vectors stored as they are: float32 as bytes, and back."""

from __future__ import annotations

import numpy as np

from harness.types import Bytes, Floats


def float_codes(x: Floats) -> Bytes:
    """Return float32 (n, d) as its little-endian bytes, uint8 (n, 4 d)."""
    return np.ascontiguousarray(x, dtype="<f4").view(np.uint8)


def code_floats(codes: Bytes) -> Floats:
    """Return the float32 (n, d) behind uint8 (n, 4 d); the inverse of ``float_codes``."""
    return np.ascontiguousarray(codes).view("<f4").astype(np.float32, copy=False)
