"""The interface of a search index, its form for the indexes of faiss, and how a cell's index is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from harness.errors import InputError
from harness.evidence.stamp import digest
from harness.planning import registry
from harness.planning.cells import Cell
from harness.planning.steps import Step
from harness.types import Floats, Ints


class Index(Protocol):
    """Rows that can be searched by inner product. ``harness/indexes`` has one ``build`` for each kind."""

    @property
    def nbytes(self) -> int:
        """Return the bytes of the index in a file, vectors or codes included."""

    def search(self, queries: Floats, k: int) -> Ints:
        """Return row numbers (q, k) int64, best first, for queries (q, d) float32; -1 where none was found.

        The library orders rows of equal inner products, always the same way.
        """


@dataclass(frozen=True, slots=True)
class FaissIndex:
    """A faiss index that is trained and filled, with its search parameters set."""

    index: Any

    @property
    def nbytes(self) -> int:
        """Return the bytes that faiss writes for the index."""
        import faiss

        return int(faiss.serialize_index(self.index).nbytes)

    def search(self, queries: Floats, k: int) -> Ints:
        """Return row numbers (q, k) int64, best first; -1 where the index found no more."""
        rows = self.index.search(np.ascontiguousarray(queries, dtype=np.float32), k)[1]
        return np.asarray(rows, np.int64)


EXHAUSTIVE = Step("flat", {})


def build_index(cell: Cell, rows: Floats) -> Index:
    """Return the cell's index over unit vectors ``rows`` (n, d), or an exhaustive one where it names none."""
    step = cell.index or EXHAUSTIVE
    module = registry.load("indexes", step.use, "indexes")
    seed = int(digest({"cell": cell.drawn_as, "index": step.spec()})[:15], 16)
    index: Index = module.build(rows, module.Params(**step.params), seed)
    return index


def check_rows(use: str, rows: int, needed: int, reason: str) -> None:
    """Raise InputError where ``rows`` is less than ``needed``; ``reason`` explains the need."""
    if rows < needed:
        raise InputError(f"index {use}: found {rows} rows, expected at least {needed} ({reason})")
