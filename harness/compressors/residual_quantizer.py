"""Residual quantization (Chen, Guan, Wang 2010) by faiss: each stage quantizes the previous residual.

A vector becomes the sum of one of 256 centroids of each stage, chosen by beam search (Liu et al. 2015). No
norm is stored: the codes are decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.codebooks import CENTROIDS, check_training_rows, summed_codewords
from harness.codecs.state import stored
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: stages, one byte each; ``iterations``: of k-means at each stage.

    ``beam``: partial codes kept from stage to stage, when training and when encoding; 1 is greedy.
    """

    subvectors: int = Field(ge=1)
    iterations: int = Field(default=5, ge=1)
    beam: int = Field(default=16, ge=1)


@dataclass(frozen=True, slots=True)
class ResidualQuantizer:
    """Codebooks (M, 256, D) float32, a vector being the sum of one row of each; ``beam`` of the search."""

    codebooks: Floats
    beam: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, M) uint8 of vectors (n, D) float32."""
        import faiss

        stages, _, dimension = self.codebooks.shape
        quantizer = _new(dimension, stages, self.beam)
        faiss.copy_array_to_vector(self.codebooks.ravel(), quantizer.codebooks)
        quantizer.is_trained = True
        codes: Bytes = quantizer.compute_codes(np.ascontiguousarray(x))
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return the sums of the codebooks' rows behind ``codes``, (n, D) float32."""
        return summed_codewords(self.codebooks, codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the codebooks."""
        return {"codebooks": self.codebooks}


def fit(train: Training, params: Params, seed: int) -> ResidualQuantizer:
    """Return codebooks trained on the training vectors; raise InputError where they are under 256."""
    import faiss

    check_training_rows("residual-quantizer", train)
    quantizer = _new(train.dimension, params.subvectors, params.beam)
    # faiss's default, progressive dimensions, took several times as long for about the same error.
    quantizer.train_type = faiss.ResidualQuantizer.Train_default
    quantizer.cp.niter = params.iterations
    quantizer.cp.seed = seed % 2**31
    quantizer.cp.min_points_per_centroid = 1  # as in pq
    quantizer.train(np.ascontiguousarray(train.vectors))
    shape = (params.subvectors, CENTROIDS, train.dimension)
    return ResidualQuantizer(faiss.vector_to_array(quantizer.codebooks).reshape(shape), params.beam)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> ResidualQuantizer:
    """Return the codec that ``state`` describes."""
    return ResidualQuantizer(stored(state, "codebooks", None, CENTROIDS, None), params.beam)


def _new(dimension: int, stages: int, beam: int) -> Any:
    import faiss

    quantizer = faiss.ResidualQuantizer(dimension, stages, 8)
    quantizer.max_beam_size = beam
    return quantizer
