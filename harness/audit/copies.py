"""Groups of rows that are copies of one another, in files of any size.

The rule is that of ``harness.data.identity``: a cosine of at least COPY. There every row is compared with
every other, which takes minutes from some 50,000 rows on. Here a projection of the unit vectors onto the
axes of largest spread chooses candidates: it shortens distances and never lengthens them, so that rows
farther apart in it are no copies, and none is missed.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harness.data import identity
from harness.evaluation.knn import unit
from harness.types import Floats, Ints

FEW = 10_000  # rows up to which every row is compared with every other
_AXES = 8
_SAMPLE = 2_000  # rows that the axes are taken from
_RADIUS = float(np.sqrt(2 - 2 * identity.COPY)) * 1.001  # distance of unit vectors at the bound, and rounding
_MOST = 20_000_000  # candidate pairs
_PART = 65_536


def copy_groups(vectors: Floats) -> Ints:
    """Return for each row of ``vectors`` (n, D) float32 the first row of its group of copies, (n,)."""
    if len(vectors) <= FEW:
        return identity.copies(vectors)
    from scipy.spatial import cKDTree

    rows = unit(vectors)
    step = max(1, len(rows) // _SAMPLE)
    sample = rows[::step].astype(np.float64)
    _, _, axes = np.linalg.svd(sample - sample.mean(axis=0), full_matrices=False)
    tree = cKDTree(rows @ axes[:_AXES].T.astype(np.float32))
    if int(tree.count_neighbors(tree, _RADIUS)) > len(rows) + 2 * _MOST:
        return identity.copies(vectors)
    pairs = tree.query_pairs(_RADIUS, output_type="ndarray").astype(np.int64)
    same = [
        pairs[i : i + _PART][_cosines(vectors, pairs[i : i + _PART]) >= identity.COPY]
        for i in range(0, len(pairs), _PART)
    ]
    edges = np.concatenate([np.empty((0, 2), np.int64), *same])
    return first_of_groups(len(vectors), edges)


def first_of_groups(count: int, edges: Ints) -> Ints:
    """Return for each of ``count`` rows the first row that ``edges`` (m, 2) connect it with, (count,).

    >>> first_of_groups(4, np.array([[3, 1]])).tolist()
    [0, 1, 2, 1]
    """
    links = (np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1]))
    _, labels = connected_components(sparse.coo_array(links, shape=(count, count)), directed=False)
    _, first, back = np.unique(labels, return_index=True, return_inverse=True)
    return first[back].astype(np.int64)


def _cosines(vectors: Floats, pairs: Ints) -> Floats:
    a, b = (vectors[pairs[:, side]].astype(np.float64) for side in (0, 1))
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: Floats = np.einsum("nd,nd->n", a, b) / norms
    return cosines
