"""Exact nearest neighbours by cosine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from harness.data.blocks import blocks
from harness.errors import InputError
from harness.numerics.ranking import ranked
from harness.types import ZERO_NORM, Floats, Ints

DEPTH = 100  # ranks compared
Blocks: TypeAlias = Iterable[tuple[int, Floats]]  # blocks of rows, each with the number of its first row
_AT_ONCE = 1_024  # rows whose float64 copies lie in the processor's cache


def unit(x: Floats, first: int = 0) -> Floats:
    """Return the rows of ``x`` scaled to length 1, float32; raise InputError for one without direction.

    That is one of length 0, or of numbers that are not finite: no ranking could be made of its products.
    ``first`` is the number of the first row, for the message.
    """
    scaled = np.empty(x.shape, np.float32)
    for start in range(0, len(x), _AT_ONCE):
        part = x[start : start + _AT_ONCE]
        norms = np.linalg.norm(part.astype(np.float64), axis=1, keepdims=True)
        if not ZERO_NORM <= norms.min() <= norms.max() < np.inf:  # nor with NaN among them
            at = int(((norms >= ZERO_NORM) & (norms < np.inf)).argmin())
            raise InputError(f"row {first + start + at} has norm {norms[at, 0]:.3g}, expected a direction")
        scaled[start : start + _AT_ONCE] = part / norms
    return scaled


def nearest(queries: Floats, rows: Floats, own: Ints, depth: int = DEPTH) -> Ints:
    """Return the ``depth`` rows most similar to each query by cosine, best first, (q, depth).

    ``own`` (q,) is each query's own row, which is left out. Equal similarities go by row number.
    """
    return nearest_among(queries, blocks(rows), own, min(depth, len(rows) - 1))


def nearest_among(queries: Floats, rows: Blocks, own: Ints, depth: int) -> Ints:
    """Return what ``nearest`` does for rows that come in blocks, more than ``depth`` in all."""
    return by_cosine(queries, rows, depth, (np.arange(len(own)), own))


def by_cosine(queries: Floats, rows: Blocks, depth: int, own: tuple[Ints, Ints]) -> Ints:
    """Return the ``depth`` rows most similar to each query by cosine, best first, (q, depth).

    The pairs ``own`` of query and row rank last. Equal similarities go by row number.
    """
    return ranked(unit(queries), _unit_blocks(rows), depth, own)


def _unit_blocks(rows: Blocks) -> Blocks:
    for start, block in rows:
        scaled = unit(block, start)
        del block  # while the next one is made, none of the last is in memory
        yield start, scaled
        del scaled


def reranked(candidates: Ints, queries: Floats, rows: Floats, depth: int) -> Ints:
    """Return the first ``depth`` of each query's ``candidates`` (q, c) by inner product, best first.

    ``queries`` (q, D) and ``rows`` (n, D) are float32, the rows of unit length. A candidate of -1, which a
    search returns where it finds no more rows, ranks last.
    """
    similar = np.einsum("qd,qcd->qc", queries, rows[candidates])
    similar[candidates < 0] = -np.inf
    order = np.argsort(-similar, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(candidates, order, axis=1)
