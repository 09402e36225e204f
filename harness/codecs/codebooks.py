"""Codebooks of k-means: what the quantizers of several compressors share."""

from __future__ import annotations

import numpy as np

from harness.errors import InputError
from harness.types import Bytes, Floats, Ints, Training

CENTROIDS = 256  # one byte a codebook


def check_training_rows(name: str, train: Training, least: int = CENTROIDS) -> None:
    """Raise InputError where the training vectors of the compressor ``name`` are fewer than ``least``."""
    if len(train.vectors) < least:
        raise InputError(f"{name}: found {len(train.vectors)} training vectors, expected at least {least}")


def padded(x: Floats, parts: int) -> Floats:
    """Return ``x`` (n, D) with zeros added to each row, so that ``parts`` divides its dimension."""
    return np.ascontiguousarray(np.pad(x, ((0, 0), (0, -x.shape[1] % parts))))


def nearest_codewords(x: Floats, book: Floats) -> Ints:
    """Return the row of ``book`` (k, D) nearest to each row of ``x`` (n, D) by Euclidean distance, (n,)."""
    nearest: Ints = (np.square(book).sum(axis=1) - 2 * (x @ book.T)).argmin(axis=1)
    return nearest


def summed_codewords(codebooks: Floats, codes: Bytes | Ints) -> Floats:
    """Return the sum of the codewords that each row of ``codes`` (n, M) names, (n, D) float32.

    ``codebooks`` (M, k, D) float32 are added in their order, from zero.
    """
    total = np.zeros((len(codes), codebooks.shape[2]), np.float32)
    for book, code in zip(codebooks, codes.T, strict=True):
        total += book[code]
    return total
