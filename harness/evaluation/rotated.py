"""An index of faiss behind a random rotation into as many dimensions, or more."""

from __future__ import annotations

from dataclasses import dataclass

from harness.codecs.rotation import rotated
from harness.evaluation.search import FaissIndex
from harness.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class RotatedIndex:
    """An ``index`` of rows that were rotated by ``rotation`` (d, width) float32, as queries are."""

    index: FaissIndex
    rotation: Floats

    @property
    def nbytes(self) -> int:
        """Return the bytes that faiss writes for the codes, and those of the rotation."""
        return self.index.nbytes + self.rotation.nbytes

    def search(self, queries: Floats, k: int) -> Ints:
        """Return row numbers (q, k) int64, best first; -1 where the index found no more."""
        return self.index.search(rotated(queries, self.rotation), k)
