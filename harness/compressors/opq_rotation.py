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
from harness.codecs.kmeans import codebooks, permutation
from harness.types import Floats, Training

RANDOM = True
FIRST_STEPS = 12  # of k-means in the first round: as many as in pq
LATER_STEPS = 4  # in the next ones, from the codebooks of the round before
SAMPLE_SEED = 1234  # by which faiss draws the rows to train on, where there are many


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: parts of the quantizer that follows; ``iterations``: of the alternation."""

    subvectors: int = Field(ge=1)
    iterations: int = Field(default=4, ge=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return an orthogonal rotation, trained in alternation with codebooks, as an affine codec."""
    check_training_rows("opq-rotation", train)
    width = train.dimension + -train.dimension % params.subvectors
    check_training_rows("opq-rotation", train, width)  # with fewer faiss writes beyond its buffers
    x = padded(train.vectors, params.subvectors)
    matrix = _alternated(x, params, seed % 2**31)
    return Affine(np.ascontiguousarray(matrix.T[: train.dimension]), np.zeros(width, np.float32))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def _alternated(x: Floats, params: Params, seed: int) -> Floats:
    """Return the rotation (D, D) of rows ``x`` (n, D): faiss's training, a round at a time.

    In each round it fits the rotation to codebooks that are given, which `codebooks` trains on the rows that
    it rotated before.
    """
    import faiss

    width = x.shape[1]
    rotation = faiss.OPQMatrix(width, params.subvectors)
    if len(x) > rotation.max_train_points:
        x = x[permutation(len(x), SAMPLE_SEED)[: rotation.max_train_points]]
    quantizer = faiss.ProductQuantizer(width, params.subvectors, 8)
    quantizer.train_type = faiss.ProductQuantizer.Train_hot_start
    quantizer.cp.min_points_per_centroid = 1  # as in pq
    rotation.pq = quantizer
    rotation.niter = 0
    rotation.train(x)  # the random rotation that it starts from
    rotation.niter, rotation.niter_pq_0 = 1, 0
    centred = x - x.sum(axis=0) / np.float32(len(x))
    books = None
    for number in range(params.iterations):
        steps = LATER_STEPS if number else FIRST_STEPS
        books = codebooks(rotation.apply(centred), params.subvectors, steps, seed, books)
        faiss.copy_array_to_vector(books.ravel(), quantizer.centroids)
        rotation.train(x)
    matrix: Floats = faiss.vector_to_array(rotation.A).reshape(width, width)
    return matrix
