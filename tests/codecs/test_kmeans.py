"""k-means: the bytes of faiss's own training, which every committed product quantizer comes from."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
import pytest

from harness.codecs import kmeans
from harness.codecs.kmeans import codebooks, permutation
from harness.compressors import opq_rotation
from harness.types import Floats, Training

SEED = 12345
GENERATOR = np.random.default_rng(0)


def _normal(rows: int, dimension: int) -> Floats:
    return GENERATOR.standard_normal((rows, dimension), np.float32)


ROWS: dict[str, Floats] = {
    "many dimensions a part": _normal(2000, 128),
    "two dimensions a part": _normal(3000, 8),
    "one dimension a part": _normal(3000, 4),
    "a row more than centroids": _normal(257, 12),
    "as many rows as centroids": _normal(256, 12),
    "far from the origin": (100 + _normal(3000, 12) / 100).astype(np.float32),
    "equal rows": np.round(_normal(3000, 12)).astype(np.float32),
    "equal parts": np.zeros((600, 12), np.float32),
    "enough rows for faiss to take products": _normal(20_000, 28),
}


def _quantizer(x: Floats, parts: int, iterations: int) -> Any:
    quantizer: Any = faiss.ProductQuantizer(x.shape[1], parts, 8)
    quantizer.cp.niter, quantizer.cp.seed, quantizer.cp.min_points_per_centroid = iterations, SEED, 1
    return quantizer


def _centroids(quantizer: Any) -> bytes:
    return bytes(faiss.vector_to_array(quantizer.centroids).tobytes())


@pytest.mark.parametrize("name", ROWS)
def test_centroids_are_those_of_faiss(name: str) -> None:
    """Also where rows are equal or far from the origin, so that rounding decides which is nearest."""
    x = ROWS[name]
    quantizer = _quantizer(x, 4, 5)
    quantizer.train(x)
    assert _centroids(quantizer) == codebooks(x, 4, 5, SEED).tobytes()


@pytest.mark.parametrize("name", ["two dimensions a part", "far from the origin", "equal rows"])
def test_later_rounds_are_those_of_faiss(name: str) -> None:
    """From given centroids, faiss and this reach the same ones."""
    x = ROWS[name]
    quantizer = _quantizer(x, 4, 3)
    quantizer.train(x)
    first = codebooks(x, 4, 3, SEED)
    quantizer.train_type = faiss.ProductQuantizer.Train_hot_start
    quantizer.cp.niter = 4
    quantizer.train(x)
    assert _centroids(quantizer) == codebooks(x, 4, 4, SEED, first).tobytes()


def test_of_many_rows_the_same_are_drawn() -> None:
    """Of more than 256 rows a centroid, faiss takes some."""
    x = _normal(65_600, 1)
    quantizer = _quantizer(x, 1, 1)
    quantizer.train(x)
    assert _centroids(quantizer) == codebooks(x, 1, 1, SEED).tobytes()


def test_converged_centroids_stay() -> None:
    """The training stops where faiss's does, once the objective stays: more iterations change nothing."""
    x = ROWS["a row more than centroids"]
    quantizer = _quantizer(x, 4, 200)
    quantizer.train(x)
    assert _centroids(quantizer) == codebooks(x, 4, 300, SEED).tobytes()


def test_most_rows_are_decided_by_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are left to faiss, which compares them pair by pair: that makes this fast."""
    x, searched = _normal(4000, 8), list[int]()
    search = faiss.IndexFlatL2.search

    def counted(index: Any, rows: Floats, k: int) -> object:
        searched.append(len(rows))
        return search(index, rows, k)

    monkeypatch.setattr(faiss.IndexFlatL2, "search", counted)
    monkeypatch.delattr(kmeans, "_by_faiss")  # not even once
    codebooks(x, 1, 10, SEED)
    assert sum(searched) < 0.02 * 10 * len(x)


def test_random_rows_are_those_of_faiss() -> None:
    """The permutation contains each number once, and depends on the seed."""
    assert list(range(50)) == sorted(permutation(50, 1).tolist())
    assert permutation(50, 1).tolist() != permutation(50, 2).tolist()


@pytest.mark.parametrize(("rows", "dimension", "parts"), [(600, 24, 4), (600, 22, 4), (65_600, 2, 2)])
def test_an_opq_rotation_is_that_of_faiss(rows: int, dimension: int, parts: int) -> None:
    """Round by round it is the matrix of one call of faiss's training, also of more rows than it uses."""
    x = _normal(rows, dimension) + 0.5
    params = opq_rotation.Params(subvectors=parts, iterations=2)
    codec = opq_rotation.fit(Training(x, np.empty((0, 2), np.int64), None), params, SEED)
    padded = np.ascontiguousarray(np.pad(x, ((0, 0), (0, -dimension % parts))))
    width = padded.shape[1]
    rotation: Any = faiss.OPQMatrix(width, parts)
    quantizer = _quantizer(padded, parts, 12)
    rotation.niter, rotation.niter_pq_0, rotation.pq = 2, 12, quantizer
    rotation.train(padded)
    expected = faiss.vector_to_array(rotation.A).reshape(width, width).T[:dimension]
    assert np.ascontiguousarray(expected).tobytes() == codec.weights.tobytes()
