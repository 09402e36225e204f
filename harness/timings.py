"""Latency, throughput and memory of a chain on this machine: volatile, outside every content hash.

Search is exhaustive, over decoded vectors: what a compressed collection costs a machine that keeps codes
and decodes them. Two stages rescore candidates from the originals, whose memory counts then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.chain import Chain
from harness.core import Floats
from harness.neighbours import OVERSAMPLING, RELEVANT, unit

REPEATS = 60  # single vectors encoded, and queries asked, after a tenth as many to warm up


def measured(chain: Chain, rows: Floats) -> dict[str, Any]:
    """Return timings in milliseconds and sizes in bytes for the rows (n, D) of a test set."""
    import faiss

    start = time.perf_counter()
    codes = chain.encode(rows)
    seconds = time.perf_counter() - start
    decoded = unit(chain.decode(codes))
    index = faiss.IndexFlatIP(decoded.shape[1])
    index.add(decoded)
    asked = [rows[i : i + 1] for i in np.arange(REPEATS) % len(rows)]
    ready = [unit(chain.decode(chain.encode(one))) for one in asked]
    originals = unit(rows)

    def one_stage(i: int) -> None:
        index.search(ready[i], RELEVANT)

    def two_stages(times: int) -> Callable[[int], object]:
        def rescored(i: int) -> object:
            _, found = index.search(ready[i], min(times * RELEVANT, len(rows)))
            return found[0][np.argsort(-(originals[found[0]] @ asked[i][0]), kind="stable")][:RELEVANT]

        return rescored

    return {
        "rows": len(rows),
        "encode_one_ms": _spread(lambda i: chain.encode(asked[i])),
        "encode_batch_per_second": round(len(rows) / seconds, 1),
        "search_ms": {
            "one stage": _spread(one_stage),
            **{"two stages, " + str(times) + "x": _spread(two_stages(times)) for times in OVERSAMPLING},
        },
        "bytes": {
            "codes": int(codes.nbytes),
            "decoded": int(decoded.nbytes),
            "originals": int(rows.nbytes),
        },
    }


def _spread(work: Callable[[int], object]) -> dict[str, float]:
    """Return the median and the 95th percentile of single calls in milliseconds, and calls a second."""
    taken = []
    for i in [*range(REPEATS // 10), *range(REPEATS)]:
        start = time.perf_counter()
        work(i)
        taken.append(time.perf_counter() - start)
    kept = 1e3 * np.array(taken[REPEATS // 10 :])
    return {
        "p50": round(float(np.percentile(kept, 50)), 4),
        "p95": round(float(np.percentile(kept, 95)), 4),
        "per_second": round(1e3 / float(kept.mean()), 1),
    }
