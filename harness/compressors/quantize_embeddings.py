"""int8 codes of sentence-transformers' ``quantize_embeddings`` (6.2), and inner products of them.

Each dimension is divided into 255 steps between its minimum and maximum in the calibration embeddings, here
the training split; the code is the number of the step less 128, and values outside are clipped.
``semantic_search_usearch`` ranks codes by their inner product. Here an inner product is the cosine of longer
vectors (Bachrach et al. 2014): codes and a component more that gives all the same norm, one place for
queries and another for documents. ``tests/compressors/test_default_tools.py`` compares codes with the
library's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.codecs.calls import DOCUMENTS
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = False
STEPS, HALF = 255, 128


class Params(BaseModel, extra="forbid", frozen=True):
    """``compare``: inner products of codes as the library does, their cosines, or those of decoded codes."""

    compare: Literal["inner-product", "cosine", "decoded"] = "inner-product"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A byte a dimension. ``ranges`` (2, D) float32: minima and maxima; ``side``: of a search, of two."""

    params: Params
    ranges: Floats
    side: int = DOCUMENTS
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return the numbers of the steps (n, D) uint8 of vectors (n, D) float32: the codes plus 128."""
        numbers: Floats = np.floor((x - self.ranges[0]) / self._widths())
        return np.clip(numbers, 0, STEPS).astype(np.uint8)

    def decode(self, codes: Bytes) -> Floats:
        """Return the middles of the steps, or the codes, (n, D) float32; for inner products (n, D + 2)."""
        numbers = codes.astype(np.float32)
        if self.params.compare == "decoded":
            middles: Floats = self.ranges[0] + (numbers + np.float32(0.5)) * self._widths()
            return middles
        numbers -= HALF
        return self._with_equal_norms(numbers) if self.params.compare == "inner-product" else numbers

    def for_call(self, _x: Floats, side: int) -> Calibrated:
        """Return the codec of one side of a search; ranges stay those of the calibration."""
        return replace(self, side=side)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the ranges."""
        return {"ranges": self.ranges}

    def _with_equal_norms(self, numbers: Floats) -> Floats:
        """Return rows whose norm is that of the largest code: the cosine of two sides is their product."""
        squares = np.einsum("ij,ij->i", numbers, numbers, dtype=np.float64)
        rest = np.zeros((len(numbers), 2), np.float32)
        rest[:, self.side] = np.sqrt(numbers.shape[1] * HALF**2 - squares)
        return np.concatenate([numbers, rest], axis=1)

    def _widths(self) -> Floats:
        widths = (self.ranges[1] - self.ranges[0]) / np.float32(STEPS)
        return np.where(widths == 0, np.float32(1), widths)


def fit(train: Training, params: Params, _seed: int) -> Calibrated:
    """Return the codec with the ranges of the training split."""
    return Calibrated(params, np.stack([train.vectors.min(axis=0), train.vectors.max(axis=0)]))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Calibrated:
    """Return the codec that ``state`` describes."""
    return Calibrated(params, stored(state, "ranges", 2, None))
