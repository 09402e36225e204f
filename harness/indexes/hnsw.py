"""A hierarchical navigable small world (Malkov and Yashunin 2020) by faiss, over uncompressed vectors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from harness.evaluation.search import FaissIndex
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``m``: links a row, twice that on the lowest level; the others: beam widths of building and search."""

    m: int = Field(default=16, ge=2, le=128)
    ef_construction: int = Field(default=100, ge=1)
    ef_search: int = Field(default=64, ge=1)


def build(vectors: Floats, params: Params, seed: int) -> FaissIndex:
    """Return the index of unit vectors (n, d) float32, whose levels ``seed`` draws."""
    import faiss

    untyped: Any = faiss  # its stubs lack the generator
    index = untyped.IndexHNSWFlat(vectors.shape[1], params.m, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.rng = untyped.RandomGenerator(seed % 2**31)
    index.hnsw.efConstruction = params.ef_construction
    index.add(vectors)
    index.hnsw.efSearch = params.ef_search
    return FaissIndex(index)
