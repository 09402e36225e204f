"""Checked reading of arrays from a codec's file, whose shapes are untrusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.types import Floats


def stored(state: Mapping[str, NDArray[Any]], key: str, *shape: int | None) -> Floats:
    """Return an array of a codec's state as float32; raise ValueError for another shape, None being any size.

    faiss reads codebooks by address and would read beyond a shorter array.
    """
    array = np.asarray(state[key], np.float32)
    sizes = zip(array.shape, shape, strict=False)
    if array.ndim != len(shape) or any(size != expected and expected is not None for size, expected in sizes):
        expected = "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
        raise ValueError(f"{key}: found the shape {array.shape}, expected {expected}")
    return array


def stored_count(state: Mapping[str, NDArray[Any]], key: str) -> int:
    """Return a single count of a codec's state, such as its dimension; raise ValueError for anything else."""
    array = state[key]
    if (
        array.shape != (1,)
        or array.dtype.kind not in "iu"
        or not 1 <= int(array[0]) <= limits.DIMENSIONS.most
    ):
        actual = f"{array.dtype} {array.shape}"
        raise ValueError(f"{key}: found {actual}, expected one number from 1 to {limits.DIMENSIONS.most}")
    return int(array[0])
