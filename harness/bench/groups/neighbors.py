"""Exact nearest neighbours against a plain matrix product of the same shape, in one thread."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.bench.planted import planted
from harness.bench.record import at_least, measurement, rates, seconds
from harness.evaluation import knn
from harness.evidence.schema.bench import Measurement
from harness.numerics.ranking import ranked

TITLE = "Exact nearest neighbours"
TARGET = "at least 80 % of the rate of a plain matrix product of the same shape"
REASON = "Ranking takes the rest: products of likely groups are gathered and sorted, a few queries at a time."


def measure(
    _mirror: Path | None, rows: int = 50_000, dimension: int = 384, queries: int = 1_000, repeats: int = 5
) -> Iterator[Measurement]:
    """Yield the rate of inner products within a search, and within the product alone."""
    unit = knn.unit(planted(rows, dimension))
    own = np.arange(min(queries, rows))
    depth = min(knn.DEPTH, rows - 1)
    search = functools.partial(ranked, unit[own], [(0, unit)], depth, (own, own))
    similar = np.empty((len(own), rows), np.float32)
    product = functools.partial(np.matmul, unit[own], unit.T, out=similar)
    searching, multiplying = seconds(search, product, repeats=repeats)
    operations = 2e-9 * len(own) * rows * dimension
    yield measurement(
        f"the {depth} nearest",
        f"{len(own):,} queries, {rows:,} × {dimension}",
        "GFLOP/s",
        rates(operations, searching),
        ("plain matrix product", rates(operations, multiplying)),
        at_least(0.8, TARGET),
        REASON,
    )
