"""The affine codec, which several compressors fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from harness.codecs.float_codes import code_floats, float_codes
from harness.codecs.state import stored
from harness.types import Bytes, Floats


@dataclass(frozen=True, slots=True)
class Affine:
    """x -> x W + b, stored as float32. ``weights`` (D, d) and ``bias`` (d,) are float32."""

    weights: Floats
    bias: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 4 d) uint8 of vectors (n, D) float32."""
        return float_codes(x @ self.weights + self.bias)

    def decode(self, codes: Bytes) -> Floats:
        """Return the projected vectors (n, d) float32, exactly as they were stored."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return weights and bias."""
        return {"weights": self.weights, "bias": self.bias}


def restore_affine(state: Mapping[str, NDArray[Any]]) -> Affine:
    """Return the affine codec that ``state`` describes."""
    weights = stored(state, "weights", None, None)
    return Affine(weights, stored(state, "bias", weights.shape[1]))
