"""Latency, throughput and memory of a pipeline on this machine: volatile, outside every content hash.

The cell's index, or an exhaustive search, runs over decoded vectors: the cost on a machine that keeps codes
and decodes them. Two stages rescore candidates from the originals, whose memory then counts. Encoding and
building run again here, because they are timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from harness import limits
from harness.codecs.pipeline import Pipeline
from harness.data.blocks import take
from harness.evaluation.encoded_vectors import EncodedVectors
from harness.evaluation.evaluation_context import EvaluationContext
from harness.evaluation.knn import reranked, unit
from harness.evaluation.neighbor_scores import OVERSAMPLING, RELEVANT
from harness.evaluation.search import Index, build_index
from harness.planning.cells import Cell
from harness.types import Floats, Ints

REPEATS = 60  # single vectors encoded, and queries run, after a tenth as many to warm up
BATCH = 256  # vectors that are encoded together
BATCHES = 10


def cell_timings(
    cell: Cell, context: EvaluationContext, pipeline: Pipeline, encoded: EncodedVectors
) -> dict[str, Any]:
    """Return the timings of a cell on its first test set, of which ``encoded`` are the rows, by its name.

    With an index, the rows are those that values are measured on.
    """
    searched = _searched(cell, context)
    rows, decoded = take(context.vectors[cell.tests[0]], searched), encoded.decoded(searched)
    return {cell.tests[0]: timed(pipeline, rows, decoded, lambda vectors: build_index(cell, vectors))}


def check_timings(cell: Cell, context: EvaluationContext, pipeline: Pipeline) -> None:
    """Raise InputError where a cell has timings, and the rows of its first test set exceed memory."""
    if cell.timings:
        row = take(context.vectors[cell.tests[0]], np.arange(1))
        width = max(row.shape[1], pipeline.decode(pipeline.encode(row)).shape[1])
        where = f"timings = true: {cell.tests[0]}"
        limits.SEARCHED_BYTES.check(4 * width * len(_searched(cell, context)), where)


def _searched(cell: Cell, context: EvaluationContext) -> Ints:
    name = cell.tests[0]
    return context.sampled(name).rows if cell.index else np.arange(len(context.vectors[name]))


def timed(
    pipeline: Pipeline, rows: Floats, decoded: Floats, build: Callable[[Floats], Index]
) -> dict[str, Any]:
    """Return timings in milliseconds and sizes in bytes for the rows (n, D) of a test set.

    ``decoded`` (n, d) are the rows after the pipeline; ``build`` returns an index over unit vectors.
    """
    start = time.perf_counter()
    codes = pipeline.encode(rows)
    seconds = time.perf_counter() - start
    stored = unit(decoded)
    start = time.perf_counter()
    index = build(stored)
    built = time.perf_counter() - start
    singles = [rows[i : i + 1] for i in np.arange(REPEATS) % len(rows)]
    queries = [unit(pipeline.decode(pipeline.encode(single))) for single in singles]
    originals, batch = unit(rows), rows[:BATCH]

    def one_stage(i: int) -> None:
        index.search(queries[i], RELEVANT)

    def two_stages(times: int) -> Callable[[int], object]:
        def rescored(i: int) -> object:
            candidates = index.search(queries[i], min(times * RELEVANT, len(rows)))
            return reranked(candidates, singles[i], originals, RELEVANT)

        return rescored

    return {
        "rows": len(rows),
        "encode_one_ms": _spread(lambda i: pipeline.encode(singles[i])),
        "encode_batch_ms": {"vectors": len(batch), **_spread(lambda _: pipeline.encode(batch), BATCHES)},
        "encode_batch_per_second": round(len(rows) / seconds, 1),
        "index_build_seconds": round(built, 4),
        "search_ms": {
            "one stage": _spread(one_stage),
            **{"two stages, " + str(times) + "x": _spread(two_stages(times)) for times in OVERSAMPLING},
        },
        "bytes": {
            "codes": int(codes.nbytes),
            "decoded": int(stored.nbytes),
            "index": int(index.nbytes),
            "originals": int(rows.nbytes),
        },
    }


def _spread(work: Callable[[int], object], repeats: int = REPEATS) -> dict[str, float]:
    """Return the median and the 95th percentile of single calls in milliseconds, and calls a second."""
    taken = []
    for i in [*range(repeats // 10), *range(repeats)]:
        start = time.perf_counter()
        work(i)
        taken.append(time.perf_counter() - start)
    milliseconds = 1e3 * np.array(taken[repeats // 10 :])
    return {
        "p50": round(float(np.percentile(milliseconds, 50)), 4),
        "p95": round(float(np.percentile(milliseconds, 95)), 4),
        "per_second": round(1e3 / float(milliseconds.mean()), 1),
    }
