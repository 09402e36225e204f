"""Recall of exact neighbours after compression, with ties by tolerance instead of by row number.

Codes of few bytes give many rows the same similarity, and a row number decides nothing that a user sees. Rows
whose similarity ties with the k-th share the places that are left: the recall is the mean over all orders of
the tied rows. On the side of the originals a row counts as a neighbour from the k-th cosine on, less a
tolerance: TIE for the strict recall, NEAR for the tolerant one, which forgives near ties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.types import Doubles, Floats, Ints

TIE = np.float32(1e-6)  # cosines in float32 nearer than this are equal
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
    """Return the k-th largest of each row's similarities, (q,)."""
    at = similar.shape[1] - k
    return np.partition(similar, at, axis=1)[:, at].copy()


@dataclass(frozen=True, slots=True)
class Top:
    """The best rows of each search, those that tie with the last one included.

    ``search`` (m,) int64 is the search that a row answers, in order; within a search ``similar`` (m,) falls.
    ``exact`` (m,) are the cosines before compression. ``starts`` (searches,): where each search begins.
    """

    search: Ints
    similar: Floats
    exact: Floats
    starts: Ints

    def recall(self, edge: Floats, k: int, depth: int | None = None) -> Doubles:
        """Return the share (searches,) of the k neighbours that are among the ``depth`` best rows.

        ``edge`` (searches,): the exact cosine from which a row is a neighbour. ``depth`` is k by default;
        with more, the share is the recall after the originals rerank so many candidates.
        """
        depth = k if depth is None else depth
        last = self.similar[self.starts + depth - 1][self.search]
        above, within = self.similar > last + TIE, self.similar >= last - TIE
        tied, relevant = within & ~above, self.exact >= edge[self.search]
        certain, ties, hits, tied_hits = (
            np.bincount(self.search[mask], minlength=len(self.starts))
            for mask in (above, tied, above & relevant, tied & relevant)
        )
        return np.minimum((hits + (depth - certain) / ties * tied_hits) / k, 1.0)

    def joined(self, searches: int, k: int) -> Top:
        """Return the k best rows of every ``searches`` neighbouring searches, taken together as one."""
        together = _sorted(self.search // searches, self.similar, self.exact)
        last = together.similar[together.starts + k - 1][together.search]
        best = together.similar >= last - TIE
        return _sorted(together.search[best], together.similar[best], together.exact[best])


def top(similar: Floats, exact: Floats, depth: int) -> Top:
    """Return the ``depth`` best rows of each search, given similarities and exact cosines (searches, n)."""
    rows = similar.shape[1]
    within = similar >= (kth_largest(similar, depth) - TIE)[:, None]
    flat = np.flatnonzero(within.ravel())
    return _sorted(flat // rows, similar.ravel()[flat], exact.ravel()[flat])


def _sorted(search: Ints, similar: Floats, exact: Floats) -> Top:
    order = np.lexsort((-similar, search))
    search = search[order]
    starts = np.flatnonzero(np.diff(search, prepend=-1)).astype(np.int64)
    return Top(search, similar[order], exact[order], starts)
