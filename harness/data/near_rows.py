"""Which vectors are copies by cosine: the bound, its exact decision, and a search in large sets.

In a large set every row is compared with the rows of another one, not with its own: a projection of the unit
vectors onto the axes of largest spread chooses candidates. It shortens distances and never lengthens them,
so that rows farther apart in it are no copies, and none is missed. The time is linear in the rows of the
large set, and memory that of a block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from harness.data.blocks import blocks, take
from harness.types import ZERO_NORM, Doubles, Floats, Ints, Mask

COPY = 1 - 5e-5  # cosine from which two vectors are copies of one another
_PART = 4096  # candidates whose cosine is computed in float64 at a time
_DOUBT = 1e-9  # many times what rounding can change of a cosine in float64
_AXES = 8
_SAMPLE = 2_000  # rows that the axes are taken from
_BLOCK = 8_192  # rows that are projected at a time
_CANDIDATES = 2**20  # that are held at a time


def are_copies(a: Floats, left: Ints, b: Floats, right: Ints) -> Mask:
    """Return for each row ``left`` of ``a`` and ``right`` of ``b`` (m,) whether they are copies.

    The answer is the same on every machine.
    """
    same = np.zeros(len(left), bool)
    for start in range(0, len(left), _PART):
        part = slice(start, start + _PART)
        x, y = take(a, left[part]).astype(np.float64), take(b, right[part]).astype(np.float64)
        squares = np.einsum("nd,nd->n", x, x) * np.einsum("nd,nd->n", y, y)
        cosines = np.einsum("nd,nd->n", x, y) / np.maximum(np.sqrt(squares), ZERO_NORM)
        reached = cosines >= COPY
        for i in np.flatnonzero(np.abs(cosines - COPY) < _DOUBT):  # so near that the order of adding decides
            reached[i] = _reaches(x[i].tolist(), y[i].tolist())
        same[part] = reached
    return same


def unit_rows(vectors: Floats) -> Floats:
    """Return ``vectors`` (n, D) scaled to length 1, computed in float64."""
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return np.asarray((vectors / np.maximum(norms, ZERO_NORM)).astype(np.float32))


def copies_between(large: Floats, others: Floats, numbers: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the numbers (m,) of rows of ``large`` (n, D), and of ``others``, that are copies of one another.

    ``numbers`` are those of all rows of both; rows of one number are known to be the same and are left out.
    """
    from scipy.spatial import cKDTree

    axes = _axes(others)
    own = np.concatenate([unit_rows(block) @ axes for _, block in blocks(others, _BLOCK)])
    tree, radius = cKDTree(own), _radius(*axes.shape)
    edges = [np.empty((0, 2), np.int64)]
    for start, block in blocks(large, _BLOCK):
        for left, right in _candidates(tree, unit_rows(block) @ axes, radius):
            pairs = np.stack([numbers[0][left + start], numbers[1][right]], axis=1)
            new = np.flatnonzero(pairs[:, 0] != pairs[:, 1])
            same = are_copies(block, left[new], others, right[new])
            edges.append(np.unique(pairs[new[same]], axis=0))
    return tuple(np.concatenate(edges).T)


def _candidates(tree: Any, rows: Floats, radius: float) -> Iterator[tuple[Ints, Ints]]:
    """Yield numbers of ``rows`` (n, axes) and of points of ``tree`` that lie within ``radius``."""
    near = np.flatnonzero(np.isfinite(tree.query(rows, distance_upper_bound=radius)[0]))
    counts = tree.query_ball_point(rows[near], radius, return_length=True)
    groups = np.cumsum(counts) // _CANDIDATES
    for group in np.unique(groups):
        own = groups == group
        points = tree.query_ball_point(rows[near[own]], radius)
        yield np.repeat(near[own], counts[own]), np.concatenate(points).astype(np.int64)


def _axes(rows: Floats) -> Floats:
    """Return orthonormal axes (D, at most _AXES) along which a sample of ``rows`` spreads most."""
    step = -(-len(rows) // _SAMPLE)
    sample = unit_rows(take(rows, np.arange(0, len(rows), step))).astype(np.float64)
    axes: Doubles = np.linalg.svd(sample - sample.mean(axis=0), full_matrices=False)[2]
    return axes[:_AXES].T.astype(np.float32)


def _radius(dimension: int, axes: int) -> float:
    """Return the distance of two projections that copies never exceed.

    Copies of length 1 are at most sqrt(2 - 2 COPY) apart. A component is off by dimension + 4 roundings at
    most (Cauchy-Schwarz), of two rows; a thousandth is for axes of length 1 in float32.
    """
    rounding = 2 * math.sqrt(axes) * (dimension + 4) * 2.0**-24
    return 1.001 * math.sqrt(2 - 2 * COPY) + 1.01 * rounding


def _reaches(a: list[float], b: list[float]) -> bool:
    """Return whether a cosine reaches the bound, from sums that are exact before they are rounded once."""
    product, one, other = (
        math.fsum(x * y for x, y in zip(p, q, strict=True)) for p, q in ((a, b), (a, a), (b, b))
    )
    return product >= COPY * math.sqrt(one * other)
