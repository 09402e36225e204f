"""Which rows are the same without comparing any two vectors: equal folded texts, or vectors of equal bytes.

Vectors are hashed block by block, and rows of equal hashes are compared, so that the answer is exact. Memory
is some 40 bytes a row, whatever the dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.data.blocks import blocks, take
from harness.data.normalize import fold
from harness.numerics.seeding import seeded_generator
from harness.types import Floats, Ints, Mask, PairSet

_PART = 8_192  # rows that are hashed, or compared, at a time


def exact_numbers(*sets: PairSet) -> tuple[Ints, ...]:
    """Return a number for each row (rows,) of each set, in order of first appearance in any of them.

    Rows have the same number when ``fold`` makes their texts one, or when their vectors have the same bytes.
    """
    starts = np.cumsum([0, *(data.rows for data in sets)])
    first = np.arange(starts[-1])  # of the rows of all sets, the first that is the same
    texts: dict[str, int] = {}
    matrices: dict[int, list[int]] = {}  # by dimension, which sets have vectors of it
    for i, data in enumerate(sets):
        if data.texts is not None:
            own = [texts.setdefault(fold(text), int(starts[i]) + j) for j, text in enumerate(data.texts)]
            first[starts[i] : starts[i + 1]] = own
        elif data.vectors is not None:
            matrices.setdefault(data.vectors.shape[1], []).append(i)
    for listed in matrices.values():
        rows = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in listed])
        first[rows] = rows[first_equal([_vectors(sets[i]) for i in listed])]
    numbered = np.cumsum(first == np.arange(len(first))) - 1
    return tuple(np.split(numbered[first].astype(np.int64), starts[1:-1])[: len(sets)])


def first_equal(matrices: Sequence[Floats]) -> Ints:
    """Return for each row of ``matrices`` (n, D), counted through all, the first of equal bytes, (n,)."""
    hashes = np.concatenate([_hashes(rows) for rows in matrices])
    order = np.argsort(hashes, kind="stable")
    begins = np.flatnonzero(np.diff(hashes[order], prepend=~hashes[order[:1]]) != 0)
    first = np.empty(len(hashes), np.int64)
    first[order] = np.repeat(order[begins], np.diff(begins, append=len(order)))
    pending = np.flatnonzero(first != np.arange(len(first)))
    while len(pending):
        other = pending[~_equal(matrices, pending, first[pending])]  # of the same hash by chance
        _, leader, group = np.unique(first[other], return_index=True, return_inverse=True)
        first[other] = other[leader][group]
        pending = other[first[other] != other]
    return first


def _vectors(data: PairSet) -> Floats:
    assert data.vectors is not None  # noqa: S101 - the caller has looked
    return data.vectors


def _hashes(rows: Floats) -> NDArray[np.uint64]:
    """Return a hash of the bytes of each row, (n,): sums of products modulo 2^64."""
    factors = seeded_generator("hashes of rows").integers(0, 2**64, rows.shape[1], np.uint64) | np.uint64(1)
    parts = [block.view(np.uint32).astype(np.uint64) @ factors for _, block in blocks(rows, _PART)]
    return np.concatenate([np.empty(0, np.uint64), *parts])


def _equal(matrices: Sequence[Floats], left: Ints, right: Ints) -> Mask:
    """Return for each pair of rows (m,) whether their bytes are equal."""
    same = np.empty(len(left), bool)
    for start in range(0, len(left), _PART):
        part = slice(start, start + _PART)
        a, b = (_rows(matrices, at[part]).view(np.uint32) for at in (left, right))
        same[part] = (a == b).all(axis=1)
    return same


def _rows(matrices: Sequence[Floats], numbers: Ints) -> Floats:
    """Return the rows of ``numbers`` (m,), counted through all ``matrices``, (m, D)."""
    rows = np.empty((len(numbers), matrices[0].shape[1]), np.float32)
    start = 0
    for matrix in matrices:
        own = (numbers >= start) & (numbers < start + len(matrix))
        rows[own] = take(matrix, numbers[own] - start)
        start += len(matrix)
    return rows
