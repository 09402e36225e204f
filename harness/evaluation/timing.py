"""Latency, throughput and memory of a chain on this machine: volatile, outside every content hash.

Search is by the cell's back end, and exhaustive where it has none, over decoded vectors: what a compressed
collection costs a machine that keeps codes and decodes them. Two stages rescore candidates from the
originals, whose memory counts then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.codecs.pipeline import Chain
from harness.evaluation.knn import OVERSAMPLING, RELEVANT, unit
from harness.types import Floats, Ints

REPEATS = 60  # single vectors encoded, and queries asked, after a tenth as many to warm up
BATCH = 256  # vectors that are encoded together
BATCHES = 10


def measured(chain: Chain, rows: Floats, build: Callable[[Floats], Any] | None = None) -> dict[str, Any]:
    """Return timings in milliseconds and sizes in bytes for the rows (n, D) of a test set.

    ``build`` returns a back end over unit vectors, an exhaustive one if None.
    """
    start = time.perf_counter()
    codes = chain.encode(rows)
    seconds = time.perf_counter() - start
    decoded = unit(chain.decode(codes))
    start = time.perf_counter()
    index = (build or _Exhaustive)(decoded)
    built = time.perf_counter() - start
    asked = [rows[i : i + 1] for i in np.arange(REPEATS) % len(rows)]
    ready = [unit(chain.decode(chain.encode(one))) for one in asked]
    originals, batch = unit(rows), rows[:BATCH]

    def one_stage(i: int) -> None:
        index.search(ready[i], RELEVANT)

    def two_stages(times: int) -> Callable[[int], object]:
        def rescored(i: int) -> object:
            found = index.search(ready[i], min(times * RELEVANT, len(rows)))[0]
            return found[np.argsort(-(originals[found] @ asked[i][0]), kind="stable")][:RELEVANT]

        return rescored

    return {
        "rows": len(rows),
        "encode_one_ms": _spread(lambda i: chain.encode(asked[i])),
        "encode_batch_ms": {"vectors": len(batch), **_spread(lambda _: chain.encode(batch), BATCHES)},
        "encode_batch_per_second": round(len(rows) / seconds, 1),
        "index_build_seconds": round(built, 4),
        "search_ms": {
            "one stage": _spread(one_stage),
            **{"two stages, " + str(times) + "x": _spread(two_stages(times)) for times in OVERSAMPLING},
        },
        "bytes": {
            "codes": int(codes.nbytes),
            "decoded": int(decoded.nbytes),
            "index": int(index.nbytes),
            "originals": int(rows.nbytes),
        },
    }


class _Exhaustive:
    """Exhaustive search of unit vectors (n, d) by faiss."""

    def __init__(self, rows: Floats) -> None:
        import faiss

        self._index = faiss.IndexFlatIP(rows.shape[1])
        self._index.add(rows)
        self.nbytes = rows.nbytes

    def search(self, queries: Floats, k: int) -> Ints:
        found: Ints = self._index.search(queries, k)[1]
        return found


def _spread(work: Callable[[int], object], repeats: int = REPEATS) -> dict[str, float]:
    """Return the median and the 95th percentile of single calls in milliseconds, and calls a second."""
    taken = []
    for i in [*range(repeats // 10), *range(repeats)]:
        start = time.perf_counter()
        work(i)
        taken.append(time.perf_counter() - start)
    kept = 1e3 * np.array(taken[repeats // 10 :])
    return {
        "p50": round(float(np.percentile(kept, 50)), 4),
        "p95": round(float(np.percentile(kept, 95)), 4),
        "per_second": round(1e3 / float(kept.mean()), 1),
    }
