"""Local search quantization (LSQ++, Martinez et al. 2018), trained by faiss.

A vector is the sum of one codeword of each of M codebooks of 256. Iterated local search (Martinez et al.
2016) finds the codes: iterated conditional modes, from perturbations of the best code so far. faiss draws
start and perturbations row by row, so that a code would depend on the rows encoded with it. Here they are
drawn once for all rows, and faiss computes the steps of the search. No norm is stored: the codes are decoded.
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
MOST = 128  # codebooks: encoding takes 256 KiB for every two of them
ROWS = 1024  # encoded at a time, so that their distances to all centroids fit in memory
MODES = 4  # passes of iterated conditional modes over all codebooks: as in the papers and faiss
PERTURBED = 4  # codebooks perturbed at a time: the same


class Params(BaseModel, extra="forbid", frozen=True):
    """``subvectors``: codebooks, one byte each; ``iterations``: of alternating codes with codebooks.

    ``searches``: local searches when encoding, the first from a random code.
    """

    subvectors: int = Field(ge=1, le=MOST)
    iterations: int = Field(default=4, ge=1)
    searches: int = Field(default=16, ge=1)


@dataclass(frozen=True, slots=True)
class LSQ:
    """Codebooks (M, 256, D) float32, a vector being the sum of one row of each; ``searches`` to encode."""

    codebooks: Floats
    searches: int
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, M) uint8 of vectors (n, D) float32."""
        import faiss

        books, _, dimension = self.codebooks.shape
        if x.shape[1] != dimension:  # faiss would read beyond the rows
            raise ValueError(f"lsq: found {x.shape[1]} dimensions, expected {dimension}")
        quantizer = faiss.LocalSearchQuantizer(dimension, books, 8)
        faiss.copy_array_to_vector(self.codebooks.ravel(), quantizer.codebooks)
        between = np.empty((books, books, CENTROIDS, CENTROIDS), np.float32)
        quantizer.compute_binary_terms(faiss.swig_ptr(between))
        chunks = [x[start : start + ROWS] for start in range(0, len(x), ROWS)]
        codes = [self._search(quantizer, between, np.ascontiguousarray(rows)) for rows in chunks]
        return np.concatenate(codes or [np.empty((0, books), np.uint8)])

    def decode(self, codes: Bytes) -> Floats:
        """Return the sums of the codebooks' rows behind ``codes``, (n, D) float32."""
        return summed_codewords(self.codebooks, codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the codebooks."""
        return {"codebooks": self.codebooks}

    def _search(self, quantizer: Any, between: Floats, x: Floats) -> Bytes:
        """Return the best of the codes that ``searches`` local searches end in."""
        import faiss

        books = len(self.codebooks)
        alone = np.empty((books, len(x), CENTROIDS), np.float32)
        quantizer.compute_unary_terms(faiss.swig_ptr(x), faiss.swig_ptr(alone), len(x))
        rng = np.random.default_rng(0)  # the same draws for all rows, whenever they are encoded
        codes = np.tile(rng.integers(CENTROIDS, size=books, dtype=np.int32), (len(x), 1))
        best, least = codes.copy(), np.full(len(x), np.inf, np.float32)
        for _ in range(self.searches):
            quantizer.icm_encode_step(
                faiss.swig_ptr(codes), faiss.swig_ptr(alone), faiss.swig_ptr(between), len(x), MODES
            )
            error: Floats = np.square(x - self.decode(codes.astype(np.uint8))).sum(axis=1)
            better = error < least
            best[better], least[better] = codes[better], error[better]
            codes = best.copy()
            codes[:, rng.integers(books, size=PERTURBED)] = rng.integers(CENTROIDS, size=PERTURBED)
        return best.astype(np.uint8)


def fit(train: Training, params: Params, seed: int) -> LSQ:
    """Return codebooks trained on the training vectors; raise InputError where they are under 256."""
    import faiss

    check_training_rows("lsq", train)
    quantizer = faiss.LocalSearchQuantizer(train.dimension, params.subvectors, 8)
    quantizer.train_iters = params.iterations
    quantizer.train_ils_iters = 4  # half of faiss's: half the time and the same error on held-out rows
    quantizer.icm_iters, quantizer.nperts = MODES, PERTURBED
    quantizer.random_seed = seed % 2**31
    quantizer.train(np.ascontiguousarray(train.vectors))
    shape = (params.subvectors, CENTROIDS, train.dimension)
    return LSQ(faiss.vector_to_array(quantizer.codebooks).reshape(shape), params.searches)


def restore(state: Mapping[str, NDArray[Any]], params: Params) -> LSQ:
    """Return the codec that ``state`` describes."""
    codebooks = stored(state, "codebooks", None, CENTROIDS, None)
    if len(codebooks) > MOST:
        raise ValueError(f"codebooks: found {len(codebooks)}, expected at most {MOST}")
    return LSQ(codebooks, params.searches)
