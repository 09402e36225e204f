"""Exhaustive search of product-quantized rows (Jégou, Douze, Schmid 2011) by faiss; queries stay float32.

The compressor ``pq`` quantizes the stored vectors; this index quantizes the vectors it is built on.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from harness.errors import InputError
from harness.evaluation.search import FaissIndex, check_rows
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: equal parts of a vector; ``bits``: of each part's code; ``iterations``: of k-means."""

    subvectors: int = Field(default=8, ge=1)
    bits: int = Field(default=8, ge=1, le=12)
    iterations: int = Field(default=12, ge=1)


def build(vectors: Floats, params: Params, seed: int) -> FaissIndex:
    """Return the index of unit vectors (n, d) float32.

    Raises InputError where the parts do not divide d, or where rows are fewer than a codebook's entries.
    """
    import faiss

    dimension = vectors.shape[1]
    if dimension % params.subvectors:
        fitting = ", ".join(str(parts) for parts in range(1, dimension + 1) if dimension % parts == 0)
        raise InputError(
            f"index pq: found subvectors = {params.subvectors} for {dimension} dimensions, expected {fitting}"
        )
    check_rows("pq", len(vectors), 2**params.bits, f"bits = {params.bits}: as many centroids a part")
    index = faiss.IndexPQ(dimension, params.subvectors, params.bits, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.niter = params.iterations
    index.pq.cp.seed = seed % 2**31
    index.pq.cp.min_points_per_centroid = 1  # faiss warns on stderr below 39; the number of rows is known
    index.train(vectors)
    index.add(vectors)
    return FaissIndex(index)
