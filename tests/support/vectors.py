"""Random vectors, the same ones for the same shape."""

from __future__ import annotations

import numpy as np

from harness.types import Floats


def random_floats(*shape: int) -> Floats:
    """Return normally distributed float32 numbers."""
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)
