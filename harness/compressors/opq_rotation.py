"""The rotation of optimized product quantization (Ge, He, Ke, Sun 2013), by faiss; `pq` comes after it.

Vectors whose dimension is no multiple of the number of parts are padded with zeros before rotating.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.codebooks import check_training_rows, padded
from harness.types import Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: parts of the quantizer that follows; ``iterations``: of the alternation."""

    subvectors: int = Field(ge=1)
    iterations: int = Field(default=4, ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return an orthogonal rotation, trained in alternation with codebooks, as an affine codec."""
    import faiss

    check_training_rows("opq-rotation", train)
    width = train.dimension + -train.dimension % params.subvectors
    check_training_rows("opq-rotation", train, width)  # with fewer faiss writes beyond its buffers
    x = padded(train.vectors, params.subvectors)
    quantizer = faiss.ProductQuantizer(width, params.subvectors, 8)
    quantizer.cp.seed = seed % 2**31
    quantizer.cp.min_points_per_centroid = 1  # as in pq
    rotation = faiss.OPQMatrix(width, params.subvectors)
    rotation.niter = params.iterations
    rotation.niter_pq_0 = 12  # of k-means in the first round: as many as in pq
    rotation.pq = quantizer
    rotation.train(x)
    matrix = faiss.vector_to_array(rotation.A).reshape(width, width)
    return Affine(np.ascontiguousarray(matrix.T[: train.dimension]), np.zeros(width, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)
