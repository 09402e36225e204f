"""8 bits a component, on a uniform grid between the vector's own smallest and largest component.

This is the first stage of the published system (aqea-cli, core/). Nothing is fitted; the two float32 values
are side information of every vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.cache_blocks import in_blocks
from harness.codecs.float_codes import code_floats, float_codes
from harness.types import Bytes, Floats, Training

RANDOM = False
_LEVELS = 255


class Params(BaseModel, extra="forbid", frozen=True):
    """Nothing to set."""


@dataclass(frozen=True, slots=True)
class PerVector:
    """Smallest and largest component (float32 each), then a byte a component."""

    side_bytes: ClassVar[int] = 8
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 8 + D) uint8 of vectors (n, D) float32."""

        def some(rows: Floats, codes: Bytes) -> None:
            low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
            codes[:, :8] = float_codes(np.concatenate([low, high], axis=1))
            levels = rows - low
            levels /= np.where(high > low, high - low, 1)
            levels *= _LEVELS
            codes[:, 8:] = np.rint(levels, out=levels).astype(np.uint8)

        return in_blocks(x, np.empty((len(x), 8 + x.shape[1]), np.uint8), some)

    def decode(self, codes: Bytes) -> Floats:
        """Return the levels as vectors (n, D) float32."""

        def some(packed: Bytes, rows: Floats) -> None:
            low, high = np.split(code_floats(packed[:, :8]), 2, axis=1)
            rows[...] = packed[:, 8:]
            rows /= np.float32(_LEVELS)
            rows *= high - low
            rows += low

        return in_blocks(codes, np.empty((len(codes), codes.shape[1] - 8), np.float32), some)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: there is no state."""
        return {}


def fit(_train: Training, _params: Params, _seed: int) -> PerVector:
    """Return the codec; nothing is learned."""
    return PerVector()


def restore(_state: Mapping[str, NDArray[Any]], _params: Params) -> PerVector:
    """Return the codec."""
    return PerVector()
