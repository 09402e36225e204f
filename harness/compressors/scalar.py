"""Uniform scalar quantization, 8 or 4 bits a dimension, by faiss (QT_8bit, QT_4bit).

The range of each dimension is the training split's minimum and maximum; values beyond it are clipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from harness.core import Bytes, Floats, Training

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: bits a dimension."""

    bits: Literal[4, 8]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A trained scalar quantizer. ``ranges`` (2 D,) float32: the minima, then the widths."""

    bits: int
    ranges: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, ceil(D bits / 8)) uint8 of vectors (n, D) float32."""
        codes: Bytes = self._quantizer().compute_codes(np.ascontiguousarray(x))
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return the middle of each code's cell, (n, D) float32."""
        x: Floats = self._quantizer().decode(np.ascontiguousarray(codes))
        return x

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the ranges."""
        return {"ranges": self.ranges}

    def _quantizer(self) -> Any:
        import faiss

        quantizer = _new(len(self.ranges) // 2, self.bits)
        faiss.copy_array_to_vector(self.ranges, quantizer.trained)
        return quantizer


def fit(train: Training, params: Params, _seed: int) -> Scalar:
    """Return a quantizer with the ranges of the training vectors."""
    import faiss

    quantizer = _new(train.dimension, params.bits)
    quantizer.train(np.ascontiguousarray(train.vectors))
    return Scalar(params.bits, faiss.vector_to_array(quantizer.trained).astype(np.float32))


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> Scalar:
    """Return the codec that ``state`` describes."""
    return Scalar(params.bits, np.asarray(state["ranges"], np.float32))


def _new(dimension: int, bits: int) -> Any:
    import faiss

    kinds = {4: faiss.ScalarQuantizer.QT_4bit, 8: faiss.ScalarQuantizer.QT_8bit}
    return faiss.ScalarQuantizer(dimension, kinds[bits])
