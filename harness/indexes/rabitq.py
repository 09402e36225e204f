"""Exhaustive search of RaBitQ codes by faiss.

A code has 1 bit a dimension (Gao and Long 2024) or more (Gao et al. 2025). Rows are centred, rotated at
random and quantized; a query is rotated alike and quantized more finely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness.codecs.rotation import rotated
from harness.evaluation.search import FaissIndex
from harness.types import Doubles, Floats, Ints

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: of a row's dimension; ``query_bits``: of a query's dimension, 0 leaves queries float32."""

    bits: int = Field(default=1, ge=1, le=8)
    query_bits: int = Field(default=8, ge=0, le=8)


@dataclass(frozen=True, slots=True)
class Rotated:
    """An index of faiss behind a ``rotation`` (d, d) float64, counted as the float32 that faiss would write.

    NumPy rotates in double precision: faiss sums a single query in another order than many, which changes the
    codes of queries.
    """

    index: FaissIndex
    rotation: Doubles

    @property
    def nbytes(self) -> int:
        """Return the bytes that faiss writes for the codes, and those of the rotation."""
        return self.index.nbytes + self.rotation.size * 4

    def search(self, queries: Floats, k: int) -> Ints:
        """Return row numbers (q, k) int64, best first; -1 where the index found no more."""
        return self.index.search(rotated(queries, self.rotation), k)


def build(vectors: Floats, params: Params, seed: int) -> Rotated:
    """Return the index of unit vectors (n, d) float32, rotated by ``seed``."""
    import faiss

    dimension = vectors.shape[1]
    normal = np.random.default_rng(seed).standard_normal((dimension, dimension))
    rotation = np.linalg.qr(normal)[0]
    new: Any = faiss.IndexRaBitQ  # its stubs lack the number of bits
    codes = new(dimension, faiss.METRIC_INNER_PRODUCT, params.bits)
    codes.qb = params.query_bits
    rows = rotated(vectors, rotation)
    codes.train(rows)
    codes.add(rows)
    return Rotated(FaissIndex(codes), rotation)
