"""Pairs and queries that nobody named, drawn from a set's rows: the same ones for the same set."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.core import Floats, Ints

RANDOM_PAIRS = 2_000
QUERIES = 500
_CHUNK = 512  # rows whose similarities to all others are held at a time


def generator(name: str, rows: int, purpose: str) -> np.random.Generator:
    """Return a generator seeded by the set's name and size and by what is drawn."""
    seed = hashlib.sha256((purpose + " of " + name + ", " + str(rows) + " rows").encode()).digest()
    return np.random.default_rng(list(seed))


def random_pairs(name: str, rows: int) -> Ints:
    """Return up to RANDOM_PAIRS pairs (m, 2) of two different rows, drawn uniformly."""
    rng = generator(name, rows, "random pairs")
    left = rng.integers(rows, size=RANDOM_PAIRS)
    right = (left + rng.integers(1, rows, size=RANDOM_PAIRS)) % rows
    return np.unique(np.stack([left, right], axis=1).astype(np.int64), axis=0)


def queries(name: str, rows: int) -> Ints:
    """Return up to QUERIES different rows (q,), in order."""
    drawn = generator(name, rows, "queries").permutation(rows)[:QUERIES]
    return np.sort(drawn).astype(np.int64)


def graded_pairs(vectors: Floats, name: str, per_row: int = 1) -> Ints:
    """Return pairs (n per_row, 2): each row of ``vectors`` (n, D) with others, from nearest to farthest.

    The other row is the one at a neighbour rank (by cosine) drawn log-uniformly from 1 to n - 1, so that
    close pairs are as frequent as far ones: what people's pairs are like, for spaces where nobody rated any.
    """
    n = len(vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ranks = np.exp(generator(name, n, "graded pairs").uniform(0, np.log(n), (n, per_row))).astype(np.int64)
    others = np.empty((n, per_row), np.int64)
    for start in range(0, n, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, n))
        similar = unit[rows] @ unit.T
        similar[np.arange(len(rows)), rows] = np.inf  # itself first, at rank 0
        order = np.argsort(-similar, axis=1, kind="stable")
        others[rows] = np.take_along_axis(order, np.minimum(ranks[rows], n - 1), axis=1)
    return np.stack([np.repeat(np.arange(n), per_row), others.ravel()], axis=1)
