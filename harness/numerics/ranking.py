"""The rows of largest inner product with each query, exactly, one block of rows after the other.

Memory does not grow with the number of rows, and most of the time is the matrix product: a sort of all
products would take several times as long. Within a block the columns are dealt to groups in turn. The k-th
largest of the groups' maxima is a bound that k products reach, hence only groups whose maximum reaches it
hold any of the k best. faiss's exhaustive search has another order of ties, and products of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from harness.numerics import device, device_products
from harness.types import Floats, Ints

Best: TypeAlias = tuple[Floats, Ints]  # products (q, k) and rows (q, k), best first
SCORES = 2**28  # products held at a time, 4 bytes each
_GROUPS = 32  # groups of columns for each row that is wanted: few candidates, and short maxima
_QUERIES = 8  # whose candidates are sorted together: their products lie in the cache


def ranked(queries: Floats, blocks: Iterable[tuple[int, Floats]], depth: int, own: tuple[Ints, Ints]) -> Ints:
    """Return the ``depth`` rows of largest inner product with each query, best first, (q, depth) int64.

    ``queries`` (q, D) and the rows of ``blocks``, each with the number of its first row, are float32. The
    pairs ``own`` of query and row rank last. Equal products go by row number. On a CUDA device torch does it.
    """
    best = np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
    for start, rows in blocks:
        inside = (own[1] >= start) & (own[1] < start + len(rows))
        products, columns = _of_block(queries, rows, depth, (own[0][inside], own[1][inside] - start))
        best = _merged(best, (products, columns + start), depth)
        del rows  # before the next ones are made
    return best[1]


def _of_block(queries: Floats, rows: Floats, depth: int, own: tuple[Ints, Ints]) -> Best:
    """Return the best of one block, whose queries are searched as many at a time as memory has room for."""
    on, depth = device.chosen(), min(depth, len(rows))
    scores, search = SCORES, _search(rows, depth)
    if on != "cpu":
        scores, search = device_products.SCORES, device_products.search(rows, depth, on)
    size, parts = max(1, scores // len(rows)), []
    for start in range(0, len(queries), size):
        inside = (own[0] >= start) & (own[0] < start + size)
        parts.append(search(queries[start : start + size], (own[0][inside] - start, own[1][inside])))
    return _joined(parts)


def _search(rows: Floats, depth: int) -> device_products.Search:
    def searched(queries: Floats, own: tuple[Ints, Ints]) -> Best:
        products = queries @ rows.T
        products[own] = -np.inf
        return largest(products, depth)

    return searched


def _joined(parts: list[Best]) -> Best:
    """Return the results of queries that were searched one after the other."""
    return np.concatenate([products for products, _ in parts]), np.concatenate([rows for _, rows in parts])


def largest(products: Floats, depth: int) -> Best:
    """Return the ``depth`` largest of each row of ``products`` (q, n), best first, and their columns.

    The order is that of a stable sort: equal products go by column.
    """
    return _joined([_largest(products[i : i + _QUERIES], depth) for i in range(0, len(products), _QUERIES)])


def _largest(products: Floats, depth: int) -> Best:
    count = products.shape[1]
    groups = min(_GROUPS * depth, count)
    whole = count // groups  # columns that every group has; the first groups have one more
    maxima = products[:, : whole * groups].reshape(len(products), whole, groups).max(axis=1)
    rest = products[:, whole * groups :]
    np.maximum(maxima[:, : rest.shape[1]], rest, out=maxima[:, : rest.shape[1]])
    bound = np.partition(maxima, groups - depth, axis=1)[:, groups - depth]
    query, group = np.nonzero(maxima >= bound[:, None])
    columns = group[:, None] + groups * np.arange(whole + 1)
    candidates = products[query[:, None], np.minimum(columns, count - 1)]
    likely = (candidates >= bound[query][:, None]) & (columns < count)
    query, columns, candidates = np.repeat(query, likely.sum(axis=1)), columns[likely], candidates[likely]
    order = np.lexsort((columns, -candidates, query))
    starts = np.searchsorted(query, np.arange(len(products)))
    chosen = order[starts[:, None] + np.arange(depth)]
    return candidates[chosen], columns[chosen].astype(np.int64)


def _merged(first: Best, second: Best, depth: int) -> Best:
    """Return the best of two results; the rows of the first come before those of the second."""
    products = np.concatenate([first[0], second[0]], axis=1)
    rows = np.concatenate([first[1], second[1]], axis=1)
    order = np.argsort(-products, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(products, order, axis=1), np.take_along_axis(rows, order, axis=1)
