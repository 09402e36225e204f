"""Which rows of sets are the same: texts by their normal form, vectors by their cosine.

Vectors of one text differ where they were rounded or computed twice. Measured as 1 - cosine: float16 copies
up to 4e-8, bfloat16 2.4e-6, unit vectors with noise of standard deviation 1e-4 on each component from 2e-6
at 320 dimensions to 8.5e-6 at 1,536; the nearest different rows 1.6e-4 (MiniLM: "slicing a onion" and
"slicing an onion"), 3.0e-4 (ESM-2: one residue moved) and 1.2e-2 (ada-002). The bound, 5e-5, stands between
the two: it is a distance of 0.01 between unit vectors. In fewer than about 8 dimensions different rows come
as near by chance.

Within a set of more than BLOCK_ROWS rows, copies are found by their bytes alone: comparing every row with
every other takes hours from a million rows on. With the rows of any other set they are compared by cosine, so
that a row of a training split is recognized in a test set of any size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from harness.data.blocks import BLOCK_ROWS
from harness.data.exact_rows import exact_numbers
from harness.data.near_rows import COPY, are_copies, copies_between, unit_rows
from harness.numerics.device_products import product
from harness.types import Floats, Ints, PairSet

__all__ = [
    "COPY",
    "copies",
    "exact_and_same",
    "first_rows",
    "firsts",
    "grouped",
    "is_large",
    "joined",
    "numbers",
]

_TILE = 1024  # rows that are compared with as many others at a time
_MOST_ANSWERS = 8  # that one process stores: audits, searches and codes need the same ones
Numbered: TypeAlias = tuple[tuple[Ints, ...], tuple[Ints, ...]]
_answers: dict[str, Ints] = {}
_numbered: dict[tuple[int, ...], tuple[tuple[PairSet, ...], Numbered]] = {}  # of large sets, by id


def is_large(data: PairSet) -> bool:
    """Return whether copies within a set are found by their bytes alone, because it has so many vectors."""
    return data.texts is None and data.rows > BLOCK_ROWS


def numbers(*sets: PairSet) -> tuple[Ints, ...]:
    """Return a number for each row (rows,) of each set: the same number where rows are the same, in any set.

    Rows with texts are the same when ``fold`` makes them one text; rows without when they are copies,
    directly or by way of other rows. A text is never the same as a vector. Copies within a large set are
    rows of equal bytes. A process keeps the last answers on large sets.
    """
    return exact_and_same(*sets)[1]


def exact_and_same(*sets: PairSet) -> Numbered:
    """Return ``exact_numbers`` of sets, and their ``numbers``, for which each row is hashed once."""
    if not any(is_large(data) for data in sets):
        return _numbers(sets)
    key = tuple(map(id, sets))
    if key not in _numbered:
        if len(_numbered) >= _MOST_ANSWERS // 2:
            del _numbered[next(iter(_numbered))]
        _numbered[key] = sets, _numbers(sets)  # with the sets, whose ids are no others' while they are here
    return _numbered[key][1]


def _numbers(sets: Sequence[PairSet]) -> Numbered:
    numbered = exact_numbers(*sets)
    same = np.arange(1 + max((int(own.max(initial=-1)) for own in numbered), default=-1))
    by_dimension: dict[int, list[tuple[Floats, Ints, bool]]] = {}  # vectors, their numbers, whether large
    for data, own in zip(sets, numbered, strict=True):
        if data.texts is None and data.vectors is not None:
            listed = by_dimension.setdefault(data.vectors.shape[1], [])
            listed.append((data.vectors, own, is_large(data)))
    for listed in by_dimension.values():
        small = _distinct([(vectors, own) for vectors, own, large in listed if not large])
        same[small[1]] = small[1][copies(small[0])]
        others = [small] if len(small[1]) else []
        for vectors, own, _ in (each for each in listed if each[2]):
            for rows, their_own in others:
                # By groups: pairs of rows that are all copies of one another would be a square number.
                same = joined(same, *copies_between(vectors, rows, (same[own], same[their_own])))
            others.append((vectors, own))
    return numbered, tuple(same[own] for own in numbered)


def _distinct(sets: Sequence[tuple[Floats, Ints]]) -> tuple[Floats, Ints]:
    """Return the distinct rows of sets of vectors (n, D), by their numbers, and the numbers (n,) in order."""
    if not sets:
        return np.empty((0, 1), np.float32), np.empty(0, np.int64)
    taken, first = np.unique(np.concatenate([own for _, own in sets]), return_index=True)
    return np.concatenate([vectors for vectors, _ in sets])[first], taken


def first_rows(keys: Iterable[Hashable]) -> tuple[Ints, Ints]:
    """Return the first row of each key (u,), in order, and for each row (n,) the number of its key."""
    numbered: dict[Hashable, int] = {}
    return firsts(np.array([numbered.setdefault(key, len(numbered)) for key in keys], np.int64))


def firsts(numbers: Ints) -> tuple[Ints, Ints]:
    """Return the first row of each of ``numbers`` (n,), in order, (u,); and which of these each row is, (n,).

    >>> [each.tolist() for each in firsts(np.array([7, 3, 7]))]
    [[0, 1], [0, 1, 0]]
    """
    _, first, back = np.unique(numbers, return_index=True, return_inverse=True)
    order = np.argsort(first)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return first[order].astype(np.int64), places[back]


def copies(vectors: Floats) -> Ints:
    """Return for each row of ``vectors`` (n, D) float32 the first row that it is a copy of, or itself, (n,).

    A process keeps the last answers. The array returned is not writeable.
    """
    rows = np.ascontiguousarray(vectors)
    key = hashlib.sha256(rows.data).hexdigest() + " " + str(rows.shape)
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
    unit = unit_rows(vectors)
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
                same = are_copies(vectors, left, vectors, right)
                first = joined(first, left[same], right[same])
    return first


def joined(first: Ints, left: Ints, right: Ints) -> Ints:
    """Return ``first`` (n,) with the groups of each pair of ``left`` and ``right`` (m,) merged.

    ``first`` has for each row the first one of its group.
    """
    if not len(left):
        return first
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    rows, ends = np.unique(first[np.stack([left, right])], return_inverse=True)
    one, other = ends.reshape(2, -1)
    graph = sparse.coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(rows), len(rows)))
    groups = connected_components(graph, directed=False)[1]
    _, at, back = np.unique(groups, return_index=True, return_inverse=True)
    renamed = np.arange(len(first))
    renamed[rows] = rows[at[back]]
    return renamed[first].astype(np.int64)
