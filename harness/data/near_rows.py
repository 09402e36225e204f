"""Which vectors are copies by cosine: the bound, its exact decision, and a search in large sets.

In a large set every row is compared with the rows of another one, not with its own: a projection of the unit
vectors onto the axes of largest spread chooses candidates. It shortens distances and never lengthens them,
so that rows farther apart in it are no copies, and none is missed. Of many rows that are one group already,
one is compared first. The time is linear in the rows of the large set, and memory that of a block.
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
_GROUP = 1_000  # rows of one number from which one of them is compared before the others


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
    axes = _axes(others)
    own = np.concatenate([unit_rows(block) @ axes for _, block in blocks(others, _BLOCK)])
    groups, radius = _groups(own, numbers[1]), _radius(*axes.shape)
    edges = [np.empty((0, 2), np.int64)]
    for start, block in blocks(large, _BLOCK):
        projected, of_block = unit_rows(block) @ axes, numbers[0][start : start + len(block)]
        for rows, tree, is_one in groups:
            left = np.arange(len(block))
            if is_one:
                near = left[np.linalg.norm(projected - own[rows[0]], axis=1) <= radius]
                same = are_copies(block, near, others, np.full(len(near), rows[0]))
                edges.append(_pairs(of_block[near[same]], numbers[1][rows[:1]]))
                left = np.setdiff1d(left, near[same])  # the group is theirs, whichever row they are copies of
            for some, at in _candidates(tree, projected[left], radius):
                one, other = left[some], rows[at]
                new = of_block[one] != numbers[1][other]
                one, other = one[new], other[new]
                same = are_copies(block, one, others, other)
                edges.append(_pairs(of_block[one[same]], numbers[1][other[same]]))
    return tuple(np.concatenate(edges).T)


def _pairs(one: Ints, other: Ints) -> Ints:
    """Return the pairs (m, 2) of two different numbers among ``one`` (n,) and ``other`` (n,) or (1,)."""
    pairs = np.stack(np.broadcast_arrays(one, other), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _groups(points: Floats, numbers: Ints) -> list[tuple[Ints, Any, bool]]:
    """Return the rows (m,) of each number that _GROUP ``points`` (n, axes) or more have, and all other rows.

    With them come a tree of their points, and whether they have one number.
    """
    from scipy.spatial import cKDTree

    _, own, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    parts = [(np.flatnonzero(own == i), True) for i in np.flatnonzero(counts >= _GROUP)]
    parts.append((np.flatnonzero(counts[own] < _GROUP), False))
    return [(rows, cKDTree(points[rows]), is_one) for rows, is_one in parts if len(rows)]


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
