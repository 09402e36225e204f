"""What the examples of databases measure: the share of the true nearest neighbours that a search returns."""

from __future__ import annotations

import sys

import numpy as np

from harness.deploy import Codec
from harness.types import Floats, Ints


def arguments() -> tuple[Codec, Floats, Floats]:
    """Return the codec, the vectors and the queries that the command names: CODEC VECTORS.npy QUERIES.npy."""
    codec, vectors, queries = sys.argv[1:]
    return Codec.load(codec), np.load(vectors), np.load(queries)


def nearest(queries: Floats, vectors: Floats, k: int) -> Ints:
    """Return the rows (q, k) of the highest cosines by exact search."""
    lengths = np.linalg.norm(vectors, axis=1)
    return np.argsort(-(queries @ vectors.T) / lengths, axis=1, kind="stable")[:, :k]


def recall(rows: Ints, truth: Ints) -> float:
    """Return the mean share of each row of ``truth`` (q, k) that is among ``rows`` (q, k)."""
    return float(np.mean([np.isin(*pair).mean() for pair in zip(truth, rows, strict=True)]))
