"""Scores of items, from which metrics are computed, and the bootstrap of their intervals."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.bench.planted import SEED, planted
from harness.bench.record import at_most, measurement, rates, seconds
from harness.data.blocks import selected
from harness.evaluation import neighbor_scores, retrieval
from harness.evaluation.cosines import cosines
from harness.evidence.schema.bench import Measurement
from harness.statistics import spearman
from harness.statistics.bootstrap import RESAMPLES
from harness.statistics.clusters import independent
from harness.statistics.estimates import estimates
from harness.statistics.requests import Request
from harness.types import Floats, PairSet

TITLE = "Metrics and bootstrap"
DRAWS = 2  # of RESAMPLES resamples each: 10,000
TARGET = "10,000 Spearman resamples of 3,750 pairs in at most 3 s"
REASON = "Ranking takes most of it: running sums over all pairs in each resample."


def measure(
    _mirror: Path | None, pairs: int = 3_750, rows: int = 5_000, queries: int = 500, repeats: int = 5
) -> Iterator[Measurement]:
    """Yield the bootstrap of ``pairs`` pairs, and the scores of ``queries`` queries among ``rows`` rows."""
    x = planted(rows, 384)
    near = (x + np.random.default_rng(SEED).normal(0, 0.05, x.shape)).astype(np.float32)
    yield from _bootstrap(pairs, repeats)
    left, right = np.random.default_rng(SEED).integers(rows, size=(2, 10 * pairs))
    a, b = (cosines(vectors[left], vectors[right], "bench").astype(np.float64) for vectors in (x, near))
    of_pairs = f"{len(left):,} pairs"
    (taken,) = seconds(lambda: cosines(near[left], near[right], "bench"), repeats=repeats)
    yield measurement("cosines", f"{of_pairs} of 384 dimensions", "pairs/s", rates(len(left), taken))
    (taken,) = seconds(functools.partial(spearman.correlation, a, b), repeats=repeats)
    yield measurement("Spearman", of_pairs, "pairs/s", rates(len(left), taken))
    yield from _queries(x, near, queries, repeats)


def _bootstrap(pairs: int, repeats: int) -> Iterator[Measurement]:
    series = dict(zip("ab", np.random.default_rng(SEED).standard_normal((2, pairs)), strict=True))
    masks, names = {"all": np.ones(pairs, bool)}, map(str, itertools.count())
    for request, what, target in ((("a", "b"), "Spearman", TARGET), (("a",), "mean", "")):
        requests: list[Request] = [request]

        def resample(requests: list[Request] = requests) -> None:
            for _ in range(DRAWS):  # another name: drawn anew, as for the first value of a set
                estimates(independent(f"bench {next(names)}", pairs), series, masks, requests)

        (taken,) = seconds(resample, repeats=repeats)
        yield measurement(
            f"bootstrap of the {what}",
            f"{DRAWS * RESAMPLES:,} resamples of {pairs:,} pairs, drawn anew",
            "s",
            taken,
            target=at_most(3, target) if target else None,
            reason=REASON,
        )


def _queries(x: Floats, near: Floats, queries: int, repeats: int) -> Iterator[Measurement]:
    asked_of = f"{queries:,} queries, {len(x):,} × {x.shape[1]}"
    own = np.arange(queries)
    truth = neighbor_scores.ground_truth(x, own)
    (taken,) = seconds(lambda: neighbor_scores.scores(truth, near[own], near), repeats=repeats)
    yield measurement("neighbour scores", asked_of, "queries/s", rates(queries, taken))
    judged = np.stack([own, queries + own], axis=1)
    data = PairSet("bench", None, x, judged, np.ones(queries), {}, queries=own)
    documents = functools.partial(selected, [(0, near)], retrieval.document_rows(data))
    (taken,) = seconds(lambda: retrieval.scores(data, near[own], documents()), repeats=repeats)
    yield measurement("nDCG and recall of judged documents", asked_of, "queries/s", rates(queries, taken))
