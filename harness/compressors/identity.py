"""No compression: the vectors as float32, the reference for every other number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.float_codes import code_floats, float_codes
from harness.types import Bytes, Floats, Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """Nothing to set."""


@dataclass(frozen=True, slots=True)
class Identity:
    """float32 in, float32 out."""

    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return the bytes (n, 4 D) of ``x``."""
        return float_codes(x)

    def decode(self, codes: Bytes) -> Floats:
        """Return the vectors (n, D) behind ``codes``."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: there is no state."""
        return {}


def fit(_train: Training, _params: Params, _seed: int) -> Identity:
    """Return the identity; nothing is learned."""
    return Identity()


def restore(_state: Mapping[str, NDArray[Any]], _params: Params) -> Identity:
    """Return the identity."""
    return Identity()
