"""Exact nearest neighbours in a file of vectors: its parts searched wherever there is room, then merged."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.embedding.cache import cached
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.evidence import npz
from harness.evidence.files import write_atomic
from harness.neighbors.parts import Part, merged, parts_of, search_part
from harness.parallel.leased import Piece, leased
from harness.parallel.leases import open_leases
from harness.run.engine import Engine
from harness.run.shared_store import LEASES


def exact_neighbors(
    rows: str, queries: str, k: int, out: Path, store: Path, jobs: int, engine: Engine | None, on_rows: OnRows
) -> int:
    """Write the ``k`` rows most similar by cosine to each query, best first; return how many were searched.

    ``out`` is a ``.npz`` of ``rows`` (q, k) int64 and ``similarities`` (q, k) float32. ``engine`` searches
    the parts. Without one, this machine does, with others that run the same command on the same ``store``:
    each part is leased. What was searched before is not searched again, and the bytes do not depend on who
    searched what. Raises InputError for files that are not right.
    """
    if out.suffix != ".npz":
        raise InputError(f"{out}: found another ending, expected .npz")
    parts = parts_of(rows, queries, k, store)
    total, done = parts[-1].stop, 0
    if k > total:
        raise InputError(f"{rows}: found {total} rows, expected at least k = {k}")
    on_rows(0, total)
    for count in engine.spread(search_part, parts, jobs) if engine else _leased(parts, store, jobs):
        done += count
        on_rows(done, total)
    hits = functools.reduce(merged, (cached(part.path, part.search) for part in parts))
    write_atomic(out, npz.dumps({"rows": hits["row"], "similarities": hits["similarity"]}))
    return total


def _leased(parts: Sequence[Part], store: Path, jobs: int) -> Iterator[int]:
    """Yield the rows of each part that this machine searches; end when all are searched."""
    leases = open_leases(store / LEASES, "neighbors")
    yield from leased(leases, search_part, [Piece(part.name, part) for part in parts], jobs)
