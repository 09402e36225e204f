"""A set of more rows than a block, in a file: its scores are those of a search by faiss over all rows."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from harness.codecs.pipeline import Fitter
from harness.data.blocks import BLOCK_ROWS
from harness.evaluation.encoded_vectors import encode
from harness.evaluation.knn import unit
from harness.evaluation.sampled_rows import sampled_rows
from harness.evaluation.series import query_series, random_series
from harness.planning.steps import Step
from harness.types import Floats, Ints, PairSet, Training

ROWS, DIMENSION, NO_PAIRS = BLOCK_ROWS + 5_000, 24, np.empty((0, 2), np.int64)


def of_rows(x: Floats, name: str) -> PairSet:
    """Return a set of vectors without pairs."""
    return PairSet(name, None, x, NO_PAIRS, None, {})


def neighbours(queries: Floats, x: Floats, own: Ints) -> list[set[int]]:
    """Return the ten nearest others of each query by an exhaustive search of faiss."""
    index = faiss.IndexFlatIP(x.shape[1])
    index.add(unit(x))
    ranking = index.search(unit(queries), 11)[1]
    return [
        set([row for row in listed.tolist() if row != at][:10])
        for listed, at in zip(ranking, own, strict=True)
    ]


def test_scores_of_a_large_set_in_a_file_are_those_of_an_exhaustive_search(tmp_path: Path) -> None:
    """Truth, recall, rescoring and random pairs, with the training split's rows left out."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((ROWS, DIMENSION)).astype(np.float32)
    np.save(tmp_path / "rows.npy", x)
    train = np.ascontiguousarray(x[:2_000:2])
    pipeline = Fitter(Training(train, NO_PAIRS, None), {"seed": 0}).fit((Step("scalar", {"bits": 4}),))
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    sampled = sampled_rows(of_rows(mapped, "large"), of_rows(train, "split"), mapped)
    fresh = np.setdiff1d(np.arange(ROWS), np.arange(0, 2_000, 2))
    assert fresh.tolist() == sampled.rows.tolist()

    encoded = encode(pipeline, mapped, asymmetric=False)
    decoded = pipeline.decode(pipeline.encode(x))[fresh]
    queries = sampled.truth.queries
    truth = neighbours(x[fresh[queries]], x[fresh], queries)
    assert truth == [set(row) for row in sampled.truth.nearest[:, :10].tolist()]

    after = neighbours(decoded[queries], decoded, queries)
    scored = query_series(sampled, encoded)
    expected = [len(one & other) / 10 for one, other in zip(truth, after, strict=True)]
    assert np.mean(np.array(expected) != scored["knn-recall@10"]) < 0.01  # faiss adds in another order
    assert scored["rescored@10"].mean() > scored["knn-recall@10"].mean()

    left, right = (decoded[side].astype(np.float64) for side in sampled.pairs.T)
    cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    np.testing.assert_allclose(random_series(sampled, encoded, "here")["compressed"], cosines, atol=1e-6)
