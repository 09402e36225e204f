"""Product quantization (Jégou, Douze, Schmid 2011) by faiss: k-means codebooks of 256, a byte a part.

Vectors whose dimension is no multiple of the number of parts are padded with zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.codebooks import CENTROIDS, check_training_rows, padded
from harness.codecs.kmeans import codebooks
from harness.codecs.state import stored, stored_count
from harness.errors import InputError
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: parts a vector is cut into, one byte each; ``iterations``: of k-means."""

    subvectors: int = Field(ge=1)
    iterations: int = Field(default=12, ge=1)


@dataclass(frozen=True, slots=True)
class PQ:
    """Codebooks ``centroids`` (M, 256, padded D / M) float32 for vectors of ``dimension`` D."""

    centroids: Floats
    dimension: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, M) uint8 of vectors (n, D) float32."""
        codes: Bytes = self._quantizer().compute_codes(padded(x, len(self.centroids)))
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return the centroids behind ``codes``, (n, D) float32."""
        x: Floats = self._quantizer().decode(np.ascontiguousarray(codes))
        return np.ascontiguousarray(x[:, : self.dimension])

    def state(self) -> dict[str, NDArray[Any]]:
        """Return codebooks and dimension."""
        return {"centroids": self.centroids, "dimension": np.array([self.dimension], np.int64)}

    def _quantizer(self) -> Any:
        import faiss

        parts, _, width = self.centroids.shape
        quantizer = faiss.ProductQuantizer(parts * width, parts, 8)
        faiss.copy_array_to_vector(self.centroids.ravel(), quantizer.centroids)
        return quantizer


def fit(train: Training, params: Params, seed: int) -> PQ:
    """Return codebooks trained on the training vectors; raise InputError where they are under 256."""
    check_training_rows("pq", train)
    if params.subvectors > train.dimension:
        raise InputError(
            f"pq: found {params.subvectors} sub-vectors for {train.dimension} dimensions, "
            "expected at most one a dimension: disjoint parts of a vector cannot be more"
        )
    x = padded(train.vectors, params.subvectors)
    return PQ(codebooks(x, params.subvectors, params.iterations, seed % 2**31), train.dimension)


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> PQ:
    """Return the codec that ``state`` describes."""
    return PQ(stored(state, "centroids", None, CENTROIDS, None), stored_count(state, "dimension"))
