"""Hierarchical vector quantization: a coarse code, then codes whose codebooks depend on the previous ones.

The codebooks are a tree of k-means (Nistér and Stewénius 2006), by faiss. The first position names a codeword
of the root, the next one a codeword of that codeword's own codebook; the last codeword is the decoded vector.
Every position refines the previous ones, and vectors with the same first symbols are near each other.

k-means replaces the VectorQuantize of vector-quantize-pytorch: a codebook is fitted on the rows of its branch
alone, a few dozen at the last position, too few for moving averages over batches; and without an encoder
there is no gradient to choose. The library's HierarchicalVQ is another method: it pools grids of vectors at
several scales. Every code has its own codeword, so there can be no more codes than training rows;
`residual-vq` and `fsq` have finer codes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import bitpacking
from harness.codecs.codebooks import nearest_codewords
from harness.errors import InputError
from harness.types import Bytes, Floats, Ints, Training

RANDOM = True
REPEATS = 3  # of k-means, of which the best counts: a small codebook can get stuck


class Params(BaseModel, extra="forbid", frozen=True):
    """``levels``: codewords of each codebook at each position; ``iterations`` of k-means."""

    levels: list[int] = Field(default=[16, 16, 10], min_length=1)
    iterations: int = Field(default=15, ge=1)


@dataclass(frozen=True, slots=True)
class HierarchicalVQ:
    """``codebooks``: (branches, codewords, D) float32 of each position, a branch for every code before it."""

    codebooks: tuple[Floats, ...]
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

    @property
    def levels(self) -> tuple[int, ...]:
        """Return the number of codewords of a codebook at each position."""
        return tuple(books.shape[1] for books in self.codebooks)

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes) uint8 of vectors (n, D) float32: the symbols on the way down, packed."""
        symbols = np.empty((len(x), len(self.codebooks)), np.int64)
        branch = np.zeros(len(x), np.int64)
        for position, books in enumerate(self.codebooks):
            for number in np.unique(branch):
                mask = branch == number
                symbols[mask, position] = nearest_codewords(x[mask], books[number])
            branch = branch * books.shape[1] + symbols[:, position]
        return bitpacking.pack(symbols, self.levels)

    def decode(self, codes: Bytes) -> Floats:
        """Return the last codewords (n, D) float32 behind ``codes``."""
        branch = np.zeros(len(codes), np.int64)
        for size, chosen in zip(self.levels, self.symbols(codes).T, strict=True):
            branch = branch * size + chosen
        return self.codebooks[-1].reshape(-1, self.codebooks[-1].shape[2])[branch]

    def symbols(self, codes: Bytes) -> Ints:
        """Return the symbol (n, positions) int64 of each position, the coarse one first."""
        return bitpacking.unpack(codes, self.levels)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the codebooks of each position."""
        return {"codebooks" + str(i): books for i, books in enumerate(self.codebooks)}


def fit(train: Training, params: Params, seed: int) -> HierarchicalVQ:
    """Return the tree of the training vectors; raise InputError where it has more codes than rows."""
    if min(params.levels) < 2:  # noqa: PLR2004 - one codeword says nothing
        raise InputError(f"hierarchical-vq: found levels {list(params.levels)}, expected at least 2 at each")
    codes = math.prod(params.levels)
    if codes > len(train.vectors):
        message = f"found {codes} codes for {len(train.vectors)} training vectors"
        raise InputError(f"hierarchical-vq: {message}, expected no more codes than vectors")
    codebooks: list[Floats] = []
    branches = [train.vectors]
    for size in params.levels:
        books = [_codebook(rows, size, params.iterations, seed) for rows in branches]
        codebooks.append(np.stack(books))
        branches = [part for rows, book in zip(branches, books, strict=True) for part in _parted(rows, book)]
    return HierarchicalVQ(tuple(codebooks))


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> HierarchicalVQ:
    """Return the codec that ``state`` describes."""
    return HierarchicalVQ(
        tuple(np.asarray(state["codebooks" + str(i)], np.float32) for i in range(len(state)))
    )


def _codebook(rows: Floats, size: int, iterations: int, seed: int) -> Floats:
    """Return ``size`` codewords; with at most ``size`` rows, the rows themselves, the last one repeated."""
    import faiss

    if len(rows) <= size:
        return np.concatenate([rows, np.repeat(rows[-1:], size - len(rows), axis=0)])
    means = faiss.Kmeans(
        rows.shape[1], size, niter=iterations, nredo=REPEATS, seed=seed % 2**31, min_points_per_centroid=1
    )
    means.train(rows)
    return np.asarray(means.centroids, np.float32)


def _parted(rows: Floats, book: Floats) -> list[Floats]:
    """Return the rows nearest to each codeword; a codeword without rows becomes the row of its branch."""
    nearest = nearest_codewords(rows, book)
    return [rows[nearest == i] if (nearest == i).any() else book[i : i + 1] for i in range(len(book))]
