"""One bit a dimension: its sign (Charikar 2002 after a random projection). Nothing is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.cache_blocks import in_blocks
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
        codes = np.empty((len(x), -(-x.shape[1] // 8)), np.uint8)
        return in_blocks(x, codes, _pack)

    def decode(self, codes: Bytes) -> Floats:
        """Return +1 and -1 (n, D) float32: their cosine is 1 - 2 hamming / D."""
        rows = in_blocks(codes, np.empty((*codes.shape, 8), np.float32), _look_up)
        signs = rows.reshape(len(codes), 8 * codes.shape[1])
        return np.ascontiguousarray(signs[:, : self.dimension])

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the number of dimensions."""
        return {"dimension": np.array([self.dimension], np.int64)}


# The signs of each byte's eight bits, (256, 8) float32.
_SIGNS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32) * 2 - 1


def _pack(x: Floats, codes: Bytes) -> None:
    codes[...] = np.packbits(x >= 0, axis=1)


def _look_up(codes: Bytes, signs: NDArray[np.float32]) -> None:
    np.take(_SIGNS, codes, axis=0, out=signs, mode="clip")  # other modes copy ``out``; no byte is beyond


def fit(train: Training, _params: Params, _seed: int) -> Sign:
    """Return the codec for vectors of the training split's dimension; nothing is learned."""
    return Sign(train.dimension)


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Sign:
    """Return the codec that ``state`` describes."""
    return Sign(stored_count(state, "dimension"))
