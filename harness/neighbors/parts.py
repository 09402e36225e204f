"""The exact nearest neighbours within one part of a file of vectors, kept in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.embedding.cache import cached, entry
from harness.errors import InputError
from harness.numerics import pinning
from harness.parallel.leases import Lease
from harness.parallel.resources import use_threads
from harness.planning import registry
from harness.types import Floats
from harness.vectors.opening import open_vectors
from harness.vectors.source import BLOCK_ROWS

HIT = np.dtype([("row", "<i8"), ("similarity", "<f4")])
_NO_HIT = np.array((-1, -np.inf), HIT)
BLOCK_NUMBERS = 2**24  # of a block, as sources read it
BLOCKS = 16  # of a part: whole blocks, so that results do not depend on who searches what

Hits = NDArray[Any]
"""(q, k) HIT: rows and their cosines with each query, best first; row -1 where there are fewer than k."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows ``start`` to ``stop`` of a file to be searched for the ``k`` neighbours of the rows of another.

    ``digests`` are the sha256 of both files; the result lies in ``store`` under all that determines it.
    """

    rows: str
    queries: str
    digests: tuple[str, str]
    start: int
    stop: int
    k: int
    store: Path

    @property
    def name(self) -> str:
        """Return what the part is called."""
        return f"neighbours in rows {self.start} to {self.stop} of {self.rows} ({self.path.stem[:12]})"

    @property
    def path(self) -> Path:
        """Return where the result is stored."""
        bounds = {"start": self.start, "stop": self.stop, "block": _block(self.rows), "k": self.k}
        made_by = {"code": registry.code_digest(__name__), "numerics": pinning.identity()}
        identity = {"digests": list(self.digests), **bounds, **made_by}
        return entry(self.store, "neighbors", identity)

    def search(self) -> Hits:
        """Return the part's result; raise InputError, in one line, for a row that is broken."""
        import faiss

        queries = np.concatenate(list(_unit(self.queries, 0, open_vectors(self.queries).rows)))
        best = np.full((len(queries), self.k), _NO_HIT)
        start = self.start
        for rows in _unit(self.rows, start, self.stop):
            depth = min(self.k, len(rows))
            similar, numbers = faiss.knn(queries, rows, depth, metric=faiss.METRIC_INNER_PRODUCT)
            hits = np.full(best.shape, _NO_HIT)
            hits["row"][:, :depth], hits["similarity"][:, :depth] = numbers + start, similar
            best = merged(best, hits)
            start += len(rows)
        return best


def parts_of(rows: str, queries: str, k: int, store: Path) -> list[Part]:
    """Return the parts of a file of vectors; raise InputError where queries have other dimensions."""
    searched, asking = open_vectors(rows), open_vectors(queries)
    if searched.dimension != asking.dimension:
        expected = f"expected {searched.dimension}, as in {rows}"
        raise InputError(f"{queries}: found {asking.dimension} dimensions, {expected}")
    digests = (searched.digest(), asking.digest())
    size = BLOCKS * _block(rows)
    starts = range(0, searched.rows, size)
    return [
        Part(rows, queries, digests, start, min(start + size, searched.rows), k, store) for start in starts
    ]


def search_part(part: Part, _: Lease | None = None) -> int:
    """Search a part, unless the store has its result; return how many rows it has.

    Raises InputError, in one line, for a row that is broken.
    """
    use_threads()
    cached(part.path, part.search)
    return part.stop - part.start


def merged(first: Hits, second: Hits) -> Hits:
    """Return the best of two results, as many as each has; equal similarities go by row number."""
    both = np.concatenate([first, second], axis=1)
    order = np.lexsort((both["row"], -both["similarity"]), axis=1)[:, : first.shape[1]]
    return np.take_along_axis(both, order, axis=1)


def _unit(name: str, start: int, stop: int) -> Iterator[Floats]:
    """Yield the rows of a file scaled to length 1, in blocks; raise InputError where one is broken."""
    import faiss

    for block in open_vectors(name).blocks(_block(name), start):
        vectors = block.vectors[: stop - block.start]
        for row, reason in block.broken.items():
            if row < stop:
                raise InputError(f"{name}: row {row}: {reason}, expected a finite vector with a direction")
        faiss.normalize_L2(vectors)
        yield vectors
        if block.start + len(vectors) >= stop:
            return


def _block(name: str) -> int:
    """Return how many rows of a file are searched at a time: as many as its source reads."""
    return max(1, min(BLOCK_ROWS, BLOCK_NUMBERS // open_vectors(name).dimension))
