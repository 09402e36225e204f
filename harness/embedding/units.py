"""Units: rows of a data set that are stored as one entry, and encoded in chunks.

Each chunk is encoded by itself and stored until its unit is complete: an interrupted run resumes from there.
The bytes do not depend on the number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from harness.embedding.cache import Array, cached, stored
from harness.parallel.resources import use_threads
from harness.parallel.workers import spread
from harness.planning import registry
from harness.types import Floats, PairSet, Place, check_vectors

OnRows = Callable[[int, int], None]  # how many rows are done, of how many


@dataclass(frozen=True, slots=True)
class Encoding:
    """How texts become vectors; ``fitted_on`` is empty, or the corpus that the encoder is fitted on."""

    use: str
    params: Any
    place: Place
    fitted_on: tuple[PairSet, ...]

    @property
    def module(self) -> ModuleType:
        """Return the plug-in."""
        return registry.load("encoders", self.use, "encoders")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a data set that are encoded together, and where their vectors are stored."""

    path: Path
    data: PairSet
    rows: list[int]
    encoding: Encoding

    @property
    def work(self) -> int:
        """Return how many characters are to be encoded, or rows where there are no texts."""
        return sum(len(self.data.texts[i]) if self.data.texts else 1 for i in self.rows)

    def make(self) -> Floats:
        """Return the vectors (rows, D) float32."""
        by = self.encoding
        made = by.module.encode(self.data, self.rows, by.params, by.place, *by.fitted_on)
        return check_vectors(made, self.data.name, by.params.dimension)

    def alone(self) -> Chunk:
        """Return the chunk for another process: its data set has the chunk's rows only, at their numbers."""
        data, own = self.data, set(self.rows)
        texts, waves = data.texts, data.waves
        empty = np.empty(0, np.float32)
        bare = PairSet(
            name=data.name,
            texts=texts and tuple(text if i in own else "" for i, text in enumerate(texts)),
            vectors=data.vectors,
            pairs=np.empty((0, 2), np.int64),
            gold=None,
            origin=data.origin,
            waves=waves and tuple(wave if i in own else empty for i, wave in enumerate(waves)),
        )
        return replace(self, data=bare)


@dataclass(frozen=True, slots=True)
class Unit:
    """One entry of the store, and the chunks that it is joined from."""

    path: Path
    chunks: tuple[Chunk, ...]

    def missing(self) -> list[Chunk]:
        """Return the chunks that are to be encoded."""
        return [] if stored(self.path) else [chunk for chunk in self.chunks if not stored(chunk.path)]

    def joined(self) -> Array:
        """Return the vectors (rows, D) float32; chunks that they were joined from are removed."""
        if len(self.chunks) == 1:
            return cached(self.path, self.chunks[0].make)
        vectors = cached(self.path, self._from_chunks)
        for chunk in self.chunks:
            chunk.path.unlink(missing_ok=True)
        return vectors

    def _from_chunks(self) -> Array:
        return np.concatenate([cached(chunk.path, chunk.make) for chunk in self.chunks])


def unit_of(path: Path, data: PairSet, rows: list[int], encoding: Encoding) -> Unit:
    """Return a unit in chunks of its encoder's ``CHUNK`` rows; without ``CHUNK`` it is one chunk."""
    size = getattr(encoding.module, "CHUNK", len(rows))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    if len(parts) == 1:
        return Unit(path, (Chunk(path, data, rows, encoding),))
    folder = path.parent.parent / "chunks"
    return Unit(
        path,
        tuple(Chunk(folder / f"{path.stem}.{i}.npy", data, part, encoding) for i, part in enumerate(parts)),
    )


def encode(units: Sequence[Unit], jobs: int, on_rows: OnRows) -> None:
    """Encode the chunks that the store lacks, ``jobs`` at a time."""
    rows = {unit.path: sum(len(chunk.rows) for chunk in unit.chunks) for unit in units}
    chunks = [chunk for unit in {unit.path: unit for unit in units}.values() for chunk in unit.missing()]
    total = sum(rows.values())
    done = total - sum(len(chunk.rows) for chunk in chunks)
    on_rows(done, total)
    chunks.sort(key=lambda chunk: -chunk.work)  # long ones first: no core idles at the end
    jobs = min(jobs, len(chunks))
    counts = spread(_sent, [chunk.alone() for chunk in chunks], jobs) if jobs > 1 else map(_store, chunks)
    for count in counts:
        done += count
        on_rows(done, total)


def _sent(chunk: Chunk) -> int:
    use_threads()
    return _store(chunk)


def _store(chunk: Chunk) -> int:
    """Encode and store a chunk; return how many rows it has."""
    cached(chunk.path, chunk.make)
    return len(chunk.rows)
