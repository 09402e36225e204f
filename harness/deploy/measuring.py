"""The quality of a codec on rows that it was not fitted on."""

from __future__ import annotations

import numpy as np

from harness.data.identity import COPY
from harness.deploy.card import Measured
from harness.deploy.codec import Codec
from harness.evaluation.knn import unit
from harness.evaluation.neighbor_scores import ground_truth, scores
from harness.numerics.rounding import rounded
from harness.numerics.seeding import seeded_generator
from harness.statistics.bootstrap import interval, totals
from harness.types import Floats, Ints, Mask

HELD_OUT, SHARE, QUERIES = 1_000, 10, 500  # rows held out at most, one of how many, and queries among them
METRIC, LEAST = "knn-recall@10", 100  # held-out rows from which it is measured
_TILE = 8_192


def held_out(rows: int, seed: int) -> Mask:
    """Return which of ``rows`` rows are not fitted on: a random tenth, at most HELD_OUT; none of few."""
    count = min(HELD_OUT, rows // SHARE)
    mask = np.zeros(rows, bool)
    if count >= LEAST:
        mask[seeded_generator(f"rows held out, seed {seed}").permutation(rows)[:count]] = True
    return mask


def measured(codec: Codec, train: Floats, test: Floats) -> list[Measured]:
    """Return knn-recall@10 of compressed queries among ``test`` (n, D), with copies of ``train`` left out.

    The interval is a bootstrap over queries. Returns nothing where fewer than LEAST rows are left.
    """
    rows = test[~_is_copy(test, train)]
    if len(rows) < LEAST:
        return []
    queries: Ints = np.arange(min(QUERIES, len(rows)), dtype=np.int64)
    decoded = codec.decode(codec.encode(rows))
    recalls = scores(ground_truth(rows, queries), decoded[queries], decoded)[METRIC]
    resampled = totals(f"queries of {codec.card.data.sha256}", recalls[:, None])[:, 0] / len(queries)
    low, value, high = map(rounded, (interval(resampled)[0], float(recalls.mean()), interval(resampled)[1]))
    return [
        Measured(
            metric=METRIC,
            value=value,
            low=min(low, value),
            high=max(high, value),
            n=len(queries),
            protocol=f"compressed queries among {len(rows):,} rows that were not fitted on",
        )
    ]


def _is_copy(test: Floats, train: Floats) -> Mask:
    """Return which rows of ``test`` are copies of a row of ``train``, by cosine."""
    rows = unit(test)
    copies = np.zeros(len(rows), bool)
    for start in range(0, len(train), _TILE):
        copies |= (rows @ unit(train[start : start + _TILE]).T >= COPY).any(axis=1)
    return copies
