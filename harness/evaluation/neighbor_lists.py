"""What a strict count of found neighbours hides: near ties, and neighbours that few rows have.

Series of queries, of their exact k nearest rows before compression and of the k returned after it.
"""

from __future__ import annotations

import numpy as np

from harness.data.blocks import BLOCK_ROWS, take
from harness.errors import InputError
from harness.evaluation.encoded_vectors import EncodedVectors
from harness.evaluation.knn import nearest_among
from harness.evaluation.neighbor_scores import GroundTruth
from harness.evaluation.sampled_rows import SampledRows
from harness.evaluation.teacher import top_k
from harness.types import Doubles, Floats, Ints, Mask

NEAR = 0.01  # of the distance to the k-th exact neighbour: "epsilon recall" of ann-benchmarks
CUTOFFS = (1, 10)  # for near ties
OCCURRENCES_OF = 10  # k of the k-occurrences
FEW = OCCURRENCES_OF // 2  # rows: half of what the mean row has


def list_series(sampled: SampledRows, encoded: EncodedVectors) -> dict[str, Doubles]:
    """Return a value a query for each score of lists of neighbours, searched exhaustively.

    near-recall@k: the share of the k returned rows that are as near as the k-th exact neighbour, or nearly so
    (``near_recall``). anti-hubs@k: how many of the exact k nearest are anti-hubs (``anti_hubs``), and
    anti-hubs-found@k: how many of these are among the k returned.
    Raises InputError for a set of more than BLOCK_ROWS rows: the neighbours of all are too many to search.
    """
    truth, rows = sampled.truth, sampled.rows
    if len(rows) > BLOCK_ROWS:
        raise InputError(f"found {len(rows):,} rows, expected at most {BLOCK_ROWS:,} to find anti-hubs among")
    queries = encoded.rows(rows[truth.queries]).queries
    depth = max(CUTOFFS)
    returned = nearest_among(queries, encoded.searched(rows, len(queries)), truth.queries, depth)
    few = anti_hubs(take(truth.vectors, rows), OCCURRENCES_OF)
    exact = truth.nearest[:, :depth]
    rare = few[exact]
    hits = (exact[:, :, None] == returned[:, None, :]).any(axis=2)
    return {
        **{f"near-recall@{k}": near_recall(truth, returned[:, :k]) for k in CUTOFFS},
        f"anti-hubs@{OCCURRENCES_OF}": rare.sum(axis=1).astype(np.float64),
        f"anti-hubs-found@{OCCURRENCES_OF}": (rare & hits).sum(axis=1).astype(np.float64),
    }


def near_recall(truth: GroundTruth, returned: Ints) -> Doubles:
    """Return the share of each query's k ``returned`` rows (q, k) that are about as near as the exact ones.

    A row counts where its distance before compression is at most 1 + NEAR times that of the k-th exact
    neighbour (Aumüller, Bernhardsson, Faithfull 2020; ann-benchmarks' recall "epsilon 0.01"), between
    vectors of length 1. The margin is relative, so that it means the same in a crowded and in a sparse space.
    """
    queries = truth.taken(truth.queries).astype(np.float64)
    k = returned.shape[1]

    def distances(listed: Ints) -> Doubles:
        used, places = np.unique(listed, return_inverse=True)
        rows = truth.taken(used)
        columns = [np.linalg.norm(queries - rows[at], axis=1) for at in places.reshape(listed.shape).T]
        return np.stack(columns, axis=1)

    bound = (1 + NEAR) * distances(truth.nearest[:, k - 1 : k])
    near: Doubles = (distances(returned) <= bound).mean(axis=1)
    return near


def anti_hubs(vectors: Floats, k: int) -> Mask:
    """Return which rows (n,) of ``vectors`` (n, D) are among the k nearest of at most FEW other rows.

    The mean row is among those of k. Rows that are among few, or none, are anti-hubs (Radovanović,
    Nanopoulos, Ivanović 2010, section 4: k-occurrences N_k, "antihubs").
    """
    occurrences = np.bincount(top_k(vectors, k).ravel(), minlength=len(vectors))
    return occurrences <= FEW
