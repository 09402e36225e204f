"""A hierarchical navigable small world (Malkov and Yashunin 2020) by usearch, with rows of lower precision.

The library seeds the generator of levels itself, so that a seed of ours changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from harness.types import Floats, Ints

RANDOM = False


class Params(BaseModel, extra="forbid", frozen=True):
    """``m``: links a row; beam widths of building and search; ``kept``: the type of the stored rows."""

    m: int = Field(default=16, ge=2, le=128)
    ef_construction: int = Field(default=100, ge=1)
    ef_search: int = Field(default=64, ge=1)
    kept: Literal["f32", "f16", "bf16"] = "f32"


@dataclass(frozen=True, slots=True)
class Usearch:
    """A filled index of usearch, whose keys are the row numbers."""

    index: Any

    @property
    def nbytes(self) -> int:
        """Return the bytes that usearch writes for the index."""
        return int(self.index.serialized_length)

    def search(self, queries: Floats, k: int) -> Ints:
        """Return row numbers (q, k) int64, best first; -1 where the index found no more."""
        rows = np.full((len(queries), k), -1, np.int64)
        matches = self.index.search(np.ascontiguousarray(queries, dtype=np.float32), k, threads=1)
        if len(queries) == 1:  # then the library returns another type, with the matches alone
            rows[0, : len(matches.keys)] = matches.keys
        else:
            there = np.arange(k) < matches.counts[:, None]
            rows[there] = matches.keys[there]
        return rows


def build(vectors: Floats, params: Params, _seed: int) -> Usearch:
    """Return the index of unit vectors (n, d) float32, built by one thread so that it is reproducible."""
    from usearch.index import Index, MetricKind

    index = Index(
        ndim=vectors.shape[1],
        metric=MetricKind.IP,
        dtype=params.kept,
        connectivity=params.m,
        expansion_add=params.ef_construction,
        expansion_search=params.ef_search,
    )
    index.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=1)
    return Usearch(index)
