"""What is sampled from a test set beside its own pairs: random pairs, and queries for nearest neighbours.

Rows of the training split are excluded from random pairs and from searches, as queries and as searched rows,
under every protocol: they prove nothing, and no published table needs them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.data import sampling
from harness.data.blocks import take
from harness.data.identity import firsts, numbers
from harness.errors import InputError
from harness.evaluation.cosines import cosines
from harness.evaluation.neighbor_scores import GroundTruth, ground_truth
from harness.statistics import clusters
from harness.statistics.clusters import Sample
from harness.types import Floats, Ints, PairSet

MINIMUM = 30  # items; with fewer, some resample has no item or only one, hence no correlation


@dataclass(frozen=True, slots=True)
class SampledRows:
    """The fresh rows of a set, random pairs of them with their cosines before compression, and queries.

    ``rows`` are row numbers of the set; pairs and queries count within them.
    """

    rows: Ints
    pairs: Ints
    before: Floats
    truth: GroundTruth


def fresh_rows(data: PairSet, trained: PairSet) -> Ints:
    """Return the distinct rows of ``data`` that ``trained`` does not have, in order."""
    own, trained_on = numbers(data, trained)
    first, _ = firsts(own)
    return first[~np.isin(own[first], trained_on)]


def sampled_rows(data: PairSet, trained: PairSet, vectors: Floats) -> SampledRows:
    """Return what is sampled from ``data``, with exact neighbours; raise InputError under MINIMUM rows."""
    rows = fresh_rows(data, trained)
    if len(rows) < MINIMUM:
        message = f"found {len(rows)} rows that {trained.name} does not have, expected at least {MINIMUM}"
        raise InputError(f"{data.name}: {message}")
    pairs = sampling.random_pairs(data.draw_name, len(rows))
    left, right = (take(vectors, rows[side]) for side in pairs.T)
    before = cosines(left, right, data.name)
    queries = sampling.queries(data.draw_name, len(rows))
    return SampledRows(rows, pairs, before, ground_truth(vectors, queries, rows))


def random_sample(draw_name: str, pairs: Ints, rows: int) -> Sample:
    """Return how the random pairs (m, 2) among ``rows`` rows of a set are resampled."""
    return clusters.of_pairs(f"{draw_name} random-pairs", pairs, rows)
