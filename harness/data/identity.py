"""Which rows of sets are the same: texts by their normal form, vectors by their cosine.

Vectors of one text differ where they were rounded or computed twice. Measured as 1 - cosine: float16 copies
up to 4e-8, bfloat16 2.4e-6, unit vectors with noise of standard deviation 1e-4 on each component from 2e-6
at 320 dimensions to 8.5e-6 at 1,536; the nearest different rows 1.6e-4 (MiniLM: "slicing a onion" and
"slicing an onion"), 3.0e-4 (ESM-2: one residue moved) and 1.2e-2 (ada-002). The bound, 5e-5, stands between
the two: it is a distance of 0.01 between unit vectors. In fewer than about 8 dimensions different rows come
as near by chance.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterable

import numpy as np

from harness.data.normalize import fold
from harness.numerics.device_products import product
from harness.types import ZERO_NORM, Floats, Ints, Mask, PairSet

COPY = 1 - 5e-5  # cosine from which two vectors are copies of one another
_TILE = 1024  # rows that are compared with as many others at a time
_PART = 4096  # candidates whose cosine is computed in float64 at a time
_DOUBT = 1e-9  # many times what rounding can change of a cosine in float64
_MOST_ANSWERS = 8  # that one process stores: audits, searches and codes need the same ones
_answers: dict[str, Ints] = {}


def numbers(*sets: PairSet) -> tuple[Ints, ...]:
    """Return a number for each row (rows,) of each set: the same number where rows are the same, in any set.

    Rows with texts are the same when ``fold`` makes them one text; rows without when they are copies,
    directly or by way of other rows. A text is never the same as a vector.
    """
    first: dict[Hashable, int] = {}
    numbered = [
        np.array([first.setdefault(key, len(first)) for key in exact(data)], np.int64) for data in sets
    ]
    same = np.arange(len(first))
    by_dimension: dict[int, dict[int, Floats]] = {}  # dimension -> number -> vector
    for data, own in zip(sets, numbered, strict=True):
        if data.texts is None and data.vectors is not None:
            rows = by_dimension.setdefault(data.vectors.shape[1], {})
            rows.update(zip(own.tolist(), data.vectors, strict=True))
    for rows in by_dimension.values():
        taken = np.array(sorted(rows), np.int64)
        same[taken] = taken[copies(np.stack([rows[number] for number in taken.tolist()]))]
    return tuple(same[own] for own in numbered)


def first_rows(keys: Iterable[Hashable]) -> tuple[Ints, Ints]:
    """Return the first row of each key (u,), in order, and for each row (n,) the number of its key."""
    numbered: dict[Hashable, int] = {}
    groups = np.array([numbered.setdefault(key, len(numbered)) for key in keys], np.int64)
    return np.unique(groups, return_index=True)[1].astype(np.int64), groups


def exact(data: PairSet) -> list[Hashable]:
    """Return what makes rows the same without comparing vectors: folded texts, or the bytes of vectors."""
    if data.texts is not None:
        return [fold(text) for text in data.texts]
    return [] if data.vectors is None else [row.tobytes() for row in data.vectors]


def copies(vectors: Floats) -> Ints:
    """Return for each row of ``vectors`` (n, D) float32 the first row that it is a copy of, or itself, (n,).

    A process keeps the last answers. The array returned is not writeable.
    """
    rows = np.ascontiguousarray(vectors)
    key = hashlib.sha256(rows.tobytes()).hexdigest() + " " + str(rows.shape)
    if key not in _answers:
        if len(_answers) >= _MOST_ANSWERS:
            del _answers[next(iter(_answers))]
        _answers[key] = grouped(rows)
        _answers[key].flags.writeable = False
    return _answers[key]


def grouped(vectors: Floats) -> Ints:
    """Return the first row of each row's group: products in float32 choose candidates, float64 decides.

    A product of unit vectors of D dimensions is off by D + 4 roundings at most (Cauchy-Schwarz), in whatever
    order a library adds: with that margin no copy is missed on any machine. Tiles keep memory small.
    """
    count, dimension = vectors.shape
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    unit = (vectors / np.maximum(norms, ZERO_NORM)).astype(np.float32)
    screen = np.float32(COPY - 1.01 * (dimension + 4) * 2.0**-24)
    first = np.arange(count, dtype=np.int64)
    for start in range(0, count, _TILE):
        for other in range(0, start + 1, _TILE):
            likely = product(unit[start : start + _TILE], unit[other : other + _TILE].T) >= screen
            left, right = (at.astype(np.int64) for at in np.nonzero(likely))
            left, right = left + start, right + other
            open_ = (right < left) & (first[left] != first[right])
            left, right = left[open_], right[open_]
            if len(left):
                same = _are_copies(vectors, left, right)
                first = _joined(first, left[same], right[same])
    return first


def _are_copies(vectors: Floats, left: Ints, right: Ints) -> Mask:
    """Return for each pair of rows (m,) whether its cosine reaches the bound, the same on every machine."""
    same = np.zeros(len(left), bool)
    for start in range(0, len(left), _PART):
        a = vectors[left[start : start + _PART]].astype(np.float64)
        b = vectors[right[start : start + _PART]].astype(np.float64)
        squares = np.einsum("nd,nd->n", a, a) * np.einsum("nd,nd->n", b, b)
        cosines = np.einsum("nd,nd->n", a, b) / np.maximum(np.sqrt(squares), ZERO_NORM)
        reached = cosines >= COPY
        for i in np.flatnonzero(np.abs(cosines - COPY) < _DOUBT):  # so near that the order of adding decides
            reached[i] = _reaches(a[i].tolist(), b[i].tolist())
        same[start : start + _PART] = reached
    return same


def _reaches(a: list[float], b: list[float]) -> bool:
    """Return whether a cosine reaches the bound, from sums that are exact before they are rounded once."""
    product, one, other = (
        math.fsum(x * y for x, y in zip(p, q, strict=True)) for p, q in ((a, b), (a, a), (b, b))
    )
    return product >= COPY * math.sqrt(one * other)


def _joined(first: Ints, left: Ints, right: Ints) -> Ints:
    """Return ``first`` (n,) with the groups of each pair of ``left`` and ``right`` (m,) merged."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    count = len(first)
    ends = (np.concatenate([np.arange(count), left]), np.concatenate([first, right]))
    graph = sparse.coo_array((np.ones(count + len(left), np.int8), ends), shape=(count, count))
    groups = connected_components(graph, directed=False)[1]
    _, at, back = np.unique(groups, return_index=True, return_inverse=True)
    return at[back].astype(np.int64)
