"""Recall of exact neighbours after compression, with ties by tolerance instead of by row number.

Codes of few bytes give many rows the same similarity, and a row number decides nothing that a user sees. Rows
whose similarity ties with the k-th share the places that are left: the recall is the mean over all orders of
the tied rows. On the side of the originals a row counts as a neighbour from the k-th cosine on, less a
tolerance: TIE for the strict recall, NEAR for the tolerant one, which forgives near ties.
"""

from __future__ import annotations

import numpy as np

from harness.types import Doubles, Floats, Ints

TIE = 1e-6  # cosines in float32 nearer than this are equal
NEAR = 1e-3  # cosine within which the tolerant recall forgives a neighbour


def similarities(queries: Floats, rows: Floats, own: Ints | None) -> Floats:
    """Return cosines (q, n) float32 of unit ``queries`` (q, d) and unit ``rows`` (n, d).

    ``own`` (q,) is the row of each query, which is left out; None where queries are no rows.
    """
    similar: Floats = queries @ rows.T
    if own is not None:
        similar[np.arange(len(own)), own] = -np.inf
    return similar


def kth_largest(similar: Floats, k: int) -> Floats:
    """Return the k-th largest of each row's similarities, (q, 1)."""
    at = similar.shape[1] - k
    return np.partition(similar, at, axis=1)[:, at : at + 1]


def recall(exact: Floats, edge: Floats, similar: Floats, k: int, depth: int | None = None) -> Doubles:
    """Return the share (q,) of the k nearest rows by ``exact`` cosines among the k nearest by ``similar``.

    Both are (q, n). ``edge`` (q, 1): the cosine from which a row is a neighbour. ``depth``: how many
    candidates are taken, k by default; with more it is the recall after the originals rerank them. Candidates
    that tie share the places that are left.
    """
    depth = k if depth is None else depth
    last = kth_largest(similar, depth)
    query, row = np.nonzero(similar >= last - np.float32(TIE))
    above = similar[query, row] > last[query, 0] + np.float32(TIE)
    relevant, queries = exact[query, row] >= edge[query, 0], len(similar)
    certain, tied, hits, tied_hits = (
        np.bincount(query[mask], minlength=queries)
        for mask in (above, ~above, above & relevant, ~above & relevant)
    )
    share = (depth - certain) / np.maximum(tied, 1)
    return np.minimum((hits + share * tied_hits) / k, 1.0)
