"""Encoding into a store that machines share: each chunk is encoded once, by whoever gets its lease."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.embedding.units import Chunk, OnRows
from harness.evaluation import context
from harness.evaluation.context import EncoderSpec
from harness.parallel.leased import Piece, leased
from harness.parallel.leases import Lease, Leases, open_leases
from harness.parallel.workers import Retry, in_processes, spreading

LEASES = "leases"  # folder of the store


@dataclass(frozen=True, slots=True)
class SharedStore:
    """``jobs`` processes of this machine, beside those of others that encode into the same ``store``.

    ``offset`` is where in the list of chunks this machine begins, from 0 to 1. A lease of ``holder`` expires
    after ``seconds`` without a sign.
    """

    store: Path
    jobs: int
    holder: str
    offset: float
    seconds: float

    @property
    def leases(self) -> Path:
        """Return the folder of the leases."""
        return self.store / LEASES

    def embed(self, spec: EncoderSpec, on_rows: OnRows) -> None:
        """Encode what the store lacks of an encoder's sets; return when all of it is there."""
        leases = open_leases(self.leases, self.holder, self.seconds)  # before it is seen what is missing
        with spreading(functools.partial(self._chunks, leases)):
            context.embed(spec, on_rows, max(2, self.jobs))  # with one, it would not be spread

    def spread(
        self, work: Callable[..., Any], items: Sequence[Any], jobs: int, retry: Retry[Any, Any] | None = None
    ) -> Generator[Any, None, None]:
        """Yield ``work(item)`` for each item as it ends."""
        return in_processes(work, items, jobs, retry)

    def _chunks(
        self, leases: Leases, work: Callable[[Chunk], int], chunks: Sequence[Chunk], _: int
    ) -> Iterator[int]:
        """Yield the rows of each chunk that this machine encodes."""
        first = int(self.offset * len(chunks))
        pieces = [Piece(f"vectors {chunk.path.stem}", chunk) for chunk in (*chunks[first:], *chunks[:first])]
        yield from leased(leases, functools.partial(_encode, work), pieces, self.jobs)


def _encode(work: Callable[[Chunk], int], chunk: Chunk, _: Lease) -> int:
    return work(chunk)  # needs no check before it writes: another process would write the same bytes
