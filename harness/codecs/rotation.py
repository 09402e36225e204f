"""Rotation of float32 rows in double precision, so that a row alone comes out as it does among many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.types import Floats


def rotated(x: Floats, rotation: NDArray[Any]) -> Floats:
    """Return ``x`` (n, D) float32 times ``rotation`` (D, D), float32, summed in double precision.

    In single precision the order of summation depends on the number of rows, and codes can show it.
    """
    product: Floats = (x.astype(np.float64) @ rotation.astype(np.float64)).astype(np.float32)
    return product
