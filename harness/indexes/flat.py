"""Exhaustive, hence exact, search by faiss."""

from __future__ import annotations

from pydantic import BaseModel

from harness.evaluation.search import FaissIndex
from harness.types import Floats

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """There is nothing to set."""


def build(vectors: Floats, _params: Params, _seed: int) -> FaissIndex:
    """Return the index of unit vectors (n, d) float32, which it keeps as they are."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return FaissIndex(index)
