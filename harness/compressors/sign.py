"""One bit a dimension: its sign (Charikar 2002 after a random projection). Nothing is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.state import stored_count
from harness.types import Bytes, Floats, Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """Nothing to set."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Signs of ``dimension`` components, packed eight to a byte; zero counts as positive."""

    dimension: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return bits (n, ceil(D / 8)) uint8."""
        return np.packbits(x >= 0, axis=1)

    def decode(self, codes: Bytes) -> Floats:
        """Return +1 and -1 (n, D) float32: their cosine is 1 - 2 hamming / D."""
        bits = np.unpackbits(codes, axis=1, count=self.dimension)
        return bits.astype(np.float32) * 2 - 1

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the number of dimensions."""
        return {"dimension": np.array([self.dimension], np.int64)}


def fit(train: Training, _params: Params, _seed: int) -> Sign:
    """Return the codec for vectors of the training split's dimension; nothing is learned."""
    return Sign(train.dimension)


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Sign:
    """Return the codec that ``state`` describes."""
    return Sign(stored_count(state, "dimension"))
