"""Inverted lists (Sivic and Zisserman 2003; Jégou, Douze, Schmid 2011) by faiss.

Rows are stored uncompressed. k-means partitions them into lists; a query is compared with the rows of the
lists whose centroids are nearest.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, model_validator

from harness.evaluation.search import FaissIndex, check_rows
from harness.types import Floats

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``nlist``: lists; ``nprobe``: lists that a query visits; ``iterations``: of k-means."""

    nlist: int = Field(default=64, ge=1)
    nprobe: int = Field(default=16, ge=1)
    iterations: int = Field(default=10, ge=1)

    @model_validator(mode="after")
    def _probes_exist(self) -> Params:
        if self.nprobe > self.nlist:
            raise ValueError(f"found nprobe = {self.nprobe}, expected at most nlist = {self.nlist}")
        return self


def build(vectors: Floats, params: Params, seed: int) -> FaissIndex:
    """Return the index of unit vectors (n, d) float32; raise InputError where rows are fewer than lists."""
    import faiss

    check_rows("ivf", len(vectors), params.nlist, f"nlist = {params.nlist}: a list needs a row of its own")
    dimension = vectors.shape[1]
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(dimension), dimension, params.nlist, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = params.iterations
    index.cp.seed = seed % 2**31
    index.cp.min_points_per_centroid = 1  # faiss warns on stderr below 39; the number of rows is known
    index.train(vectors)
    index.add(vectors)
    index.nprobe = params.nprobe
    return FaissIndex(index)
