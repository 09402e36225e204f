"""Prediction at full size on real vectors, and on a million planted ones where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from harness.audit.measuring import HeldOut, Truth, _by_level, levels_of
from harness.audit.neighbors import TIE, kth_largest, similarities, top
from harness.audit.prediction import predict
from harness.codecs.pipeline import Fitter
from harness.deploy.notation import parse_pipeline
from harness.evaluation.knn import unit
from harness.evidence.schema.audit_frontier import Prediction
from harness.types import Doubles, Floats, Training

PIPELINES = (
    "random-projection dims=128 | sign",
    "scalar bits=2",
    "scalar bits=4",
    "principal-projection dims=32 | scalar bits=4",
    "principal-projection dims=32 | variance-bits bytes=16",
)
TRAIN, QUERIES = 1_000, 250
_AT_ONCE = 50  # queries with a million rows each


class _Searched:
    """Rows and queries after a pipeline, beside the originals."""

    def __init__(self, pipeline: str, vectors: Floats) -> None:
        train = Training(vectors[:TRAIN], np.empty((0, 2), np.int64), None)
        fitted = Fitter(train, {"seed": 0}).fit(parse_pipeline(pipeline))
        self._original = unit(vectors[TRAIN:])
        self._decoded = unit(fitted.decode(fitted.encode(vectors[TRAIN:])))
        self.rows = len(self._original) - 2 * QUERIES

    def by_level(self, levels: tuple[int, ...], k: int) -> Doubles:
        """Return the recall of the first queries among the first rows, by size (levels, QUERIES)."""
        exact, similar = self._cosines(slice(0, QUERIES), levels[-1])
        empty = np.zeros((levels[-1], 1), np.float32)
        data = HeldOut(empty, empty[:QUERIES], None, exact, (k,), levels)
        return _by_level(data, Truth(data, k), similar)

    def measured(self, k: int) -> float:
        """Return the mean recall of other queries among all rows."""
        recalls = []
        for start in range(QUERIES, 2 * QUERIES, _AT_ONCE):
            exact, similar = self._cosines(slice(start, start + _AT_ONCE), self.rows)
            recalls.append(top(similar, exact, k).recall(kth_largest(exact, k) - TIE, k))
        return float(np.concatenate(recalls).mean())

    def _cosines(self, queries: slice, rows: int) -> tuple[Floats, Floats]:
        both = self._original, self._decoded
        exact, similar = (similarities(x[queries], x[2 * QUERIES : 2 * QUERIES + rows], None) for x in both)
        return exact, similar


def _predictions(
    vectors: Floats, most: int, k: int, pipelines: Sequence[str], name: str
) -> list[tuple[Prediction, float]]:
    """Return predictions at all rows from at most ``most`` of them, each with what is measured there."""
    pairs = []
    for pipeline in pipelines:
        searched = _Searched(pipeline, vectors)
        levels = levels_of(most, k)
        by_level = searched.by_level(levels, k)
        prediction = predict(f"knn-recall@{k}", levels, by_level, most, searched.rows, k, name)
        pairs.append((prediction, searched.measured(k)))
    return pairs


@pytest.mark.mirror
@pytest.mark.parametrize("seed", [0, 1])
def test_the_interval_covers_what_is_measured_on_real_vectors(seed: int, mirror: Path) -> None:
    """ESM-2 peptides: from parts of up to 650 rows to 2,635 rows, other queries."""
    vectors = np.load(mirror / "esm2-8m-peptides" / "embeddings.npy").astype(np.float32)
    mixed = np.ascontiguousarray(vectors[np.random.default_rng(seed).permutation(len(vectors))])
    pairs = _predictions(mixed, 650, 4, PIPELINES, f"peptides {seed}")
    inside = [prediction.low <= value <= prediction.high for prediction, value in pairs]
    assert [] == [value for prediction, value in pairs if value < prediction.low]
    assert sum(inside) >= len(PIPELINES) - 1


@pytest.mark.skipif(os.environ.get("HARNESS_TEST_LARGE") != "1", reason="HARNESS_TEST_LARGE=1 is not set")
def test_the_interval_covers_what_is_measured_at_a_million_planted_rows() -> None:
    """From parts of 1,000 to 8,000 rows, for spreads that fall slowly and fast, around one centre or many.

    Measured while this was written: 18 of 18 inside. Clusters that a sample has no two rows of cannot be
    foreseen; these have some eight each.
    """
    inside = []
    for decay in (0.5, 1.0, 2.0):
        for clusters in (1, 1_000):
            vectors = _planted(decay, clusters, 10**6 + TRAIN + 2 * QUERIES)
            name = f"planted {decay} {clusters}"
            for prediction, value in _predictions(vectors, 8_000, 10, PIPELINES[1:4], name):
                inside.append(prediction.low <= value <= prediction.high)
    assert 18 == len(inside)
    assert sum(inside) >= 17


def _planted(decay: float, clusters: int, rows: int) -> Floats:
    """Return vectors (rows, 64) whose spread falls as a power of the axis' number, around centres."""
    random = np.random.default_rng([clusters, int(10 * decay)])
    spread = (np.arange(1, 65) ** (-decay / 2)).astype(np.float32)
    centres = random.standard_normal((clusters, 64), dtype=np.float32) * spread
    vectors = random.standard_normal((rows, 64), dtype=np.float32) * spread
    vectors += centres[random.integers(clusters, size=rows)]
    return vectors
