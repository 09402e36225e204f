"""Product residual quantization by faiss: each part of a vector gets a residual quantizer of its own.

Vectors are split into parts as in product quantization (Jégou, Douze, Schmid 2011), and each part is
quantized stage by stage (Chen, Guan, Wang 2010). Vectors whose dimension is no multiple of the number of
parts are padded with zeros. No norm is stored: the codes are decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from harness.codecs.codebooks import CENTROIDS, check_training_rows, padded
from harness.codecs.state import stored, stored_count
from harness.errors import InputError
from harness.types import Bytes, Floats, Training

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: bytes a vector; ``splits``: parts, each with ``subvectors`` / ``splits`` stages.

    ``iterations``: of k-means at each stage; ``beam``: partial codes kept from stage to stage, when training
    and when encoding; 1 is greedy.
    """

    subvectors: int = Field(ge=1)
    splits: int = Field(default=2, ge=1)
    iterations: int = Field(default=5, ge=1)
    beam: int = Field(default=16, ge=1)

    @model_validator(mode="after")
    def _divides(self) -> Params:
        if self.subvectors % self.splits:
            raise ValueError(f"subvectors that are a multiple of splits = {self.splits}")
        return self


@dataclass(frozen=True, slots=True)
class ProductResidualQuantizer:
    """Codebooks (parts, stages, 256, padded D / parts) float32 for vectors of ``dimension`` D."""

    codebooks: Floats
    dimension: int
    beam: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, parts stages) uint8, part by part, of vectors (n, D) float32."""
        import faiss

        splits, stages, _, width = self.codebooks.shape
        if x.shape[1] != self.dimension:  # padding would hide it
            raise ValueError(
                f"product-residual-quantizer: found {x.shape[1]} dimensions, expected {self.dimension}"
            )
        quantizer = _new(splits * width, splits, stages, self.beam)
        for books, part in zip(self.codebooks, _parts(quantizer), strict=True):
            faiss.copy_array_to_vector(books.ravel(), part.codebooks)
            part.is_trained = True
        quantizer.is_trained = True
        codes: Bytes = quantizer.compute_codes(padded(x, splits))
        return codes

    def decode(self, codes: Bytes) -> Floats:
        """Return the decoded vectors (n, D) float32: in each part the sum of its codewords."""
        splits, stages, _, width = self.codebooks.shape
        total = np.zeros((len(codes), splits, width), np.float32)
        for part, stage in np.ndindex(splits, stages):
            total[:, part] += self.codebooks[part, stage][codes[:, part * stages + stage]]
        return np.ascontiguousarray(total.reshape(len(codes), -1)[:, : self.dimension])

    def state(self) -> dict[str, NDArray[Any]]:
        """Return codebooks and dimension."""
        return {"codebooks": self.codebooks, "dimension": np.array([self.dimension], np.int64)}


def fit(train: Training, params: Params, seed: int) -> ProductResidualQuantizer:
    """Return codebooks trained on the training vectors; raise InputError where they are under 256."""
    import faiss

    check_training_rows("product-residual-quantizer", train)
    if params.splits > train.dimension:
        raise InputError(
            f"product-residual-quantizer: found {params.splits} splits for {train.dimension} dimensions, "
            "expected at most one a dimension"
        )
    x = padded(train.vectors, params.splits)
    stages = params.subvectors // params.splits
    quantizer = _new(x.shape[1], params.splits, stages, params.beam)
    for part in _parts(quantizer):
        part.train_type = faiss.ResidualQuantizer.Train_default  # as in residual-quantizer
        part.cp.niter = params.iterations
        part.cp.seed = seed % 2**31
        part.cp.min_points_per_centroid = 1  # as in pq
    quantizer.train(x)
    shape = (stages, CENTROIDS, x.shape[1] // params.splits)
    books = [faiss.vector_to_array(part.codebooks).reshape(shape) for part in _parts(quantizer)]
    return ProductResidualQuantizer(np.stack(books), train.dimension, params.beam)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> ProductResidualQuantizer:
    """Return the codec that ``state`` describes."""
    codebooks = stored(state, "codebooks", None, None, CENTROIDS, None)
    return ProductResidualQuantizer(codebooks, stored_count(state, "dimension"), params.beam)


def _new(dimension: int, splits: int, stages: int, beam: int) -> Any:
    import faiss

    quantizer = faiss.ProductResidualQuantizer(dimension, splits, stages, 8)
    for part in _parts(quantizer):
        part.max_beam_size = beam
    return quantizer


def _parts(quantizer: Any) -> list[Any]:
    import faiss

    library: Any = faiss  # its stubs lack the function
    return [library.downcast_AdditiveQuantizer(quantizer.subquantizer(i)) for i in range(quantizer.nsplits)]
