"""Exhaustive search of RaBitQ codes by faiss.

Rows have 1 bit a dimension (Gao and Long 2024) or more (Gao et al. 2025). Less their mean they are rotated at
random and coded; a query is rotated alike and quantized more finely.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.core import Floats
from harness.searching import FaissIndex

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``bits``: of a row's dimension; ``query_bits``: of a query's dimension, 0 leaves queries float32."""

    bits: int = Field(default=1, ge=1, le=8)
    query_bits: int = Field(default=8, ge=0, le=8)


def build(vectors: Floats, params: Params, seed: int) -> FaissIndex:
    """Return the index of unit vectors (n, d) float32, rotated by ``seed``."""
    import faiss

    dimension = vectors.shape[1]
    new: Any = faiss.IndexRaBitQ  # whose stubs do not know of several bits
    codes = new(dimension, faiss.METRIC_INNER_PRODUCT, params.bits)
    codes.qb = params.query_bits
    rotation = faiss.RandomRotationMatrix(dimension, dimension)
    rotation.init(seed % 2**31)
    index = faiss.IndexPreTransform(rotation, codes)
    index.train(vectors)
    index.add(vectors)
    return FaissIndex(index)
