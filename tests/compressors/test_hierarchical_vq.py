"""Hierarchical vector quantization: a tree by hand, branches of their own, faiss's k-means, refusals."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from harness.compressors.hierarchical_vq import HierarchicalVQ, Params, fit, restore
from harness.errors import InputError
from harness.types import Floats, Training


def vectors(rows: int = 400, seed: int = 0) -> Floats:
    """Return rows of 24 dimensions whose spread falls from dimension to dimension."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((rows, 24)) * 0.8 ** np.arange(24)).astype(np.float32)


def training(x: Floats) -> Training:
    """Return rows without pairs."""
    return Training(x, np.empty((0, 2), np.int64), None)


def test_a_tree_by_hand() -> None:
    """(9, 2) goes to the branch of (10, 0) and there to (10, 3), although a codeword elsewhere is nearer."""
    root = np.array([[[0, 0], [10, 0]]], np.float32)
    leaves = np.array([[[9, 2], [0, 1]], [[10, 3], [10, -3]]], np.float32)
    codec = HierarchicalVQ((root, leaves))
    codes = codec.encode(np.array([[9, 2], [1, 1], [12, -1]], np.float32))
    assert (2, 2) == codec.levels
    assert [[1, 0], [0, 1], [1, 1]] == codec.symbols(codes).tolist()
    assert [[10, 3], [0, 1], [10, -3]] == codec.decode(codes).tolist()


def test_the_coarse_codebook_is_faisss_kmeans() -> None:
    """The root has the centroids that faiss finds with the same seed."""
    x = vectors()
    means = faiss.Kmeans(24, 8, niter=15, nredo=3, seed=3, min_points_per_centroid=1)
    means.train(x)
    codec = fit(training(x), Params(levels=(8, 4)), 3)
    np.testing.assert_allclose(codec.codebooks[0][0], means.centroids, atol=1e-6)


def test_a_branch_is_fitted_on_its_own_rows() -> None:
    """Every codeword of a leaf is the mean of the training rows that have its code."""
    x = vectors(2000)
    codec = fit(training(x), Params(levels=(4, 4), iterations=100), 0)
    symbols = codec.symbols(codec.encode(x)) @ [4, 1]
    leaves = codec.codebooks[1].reshape(16, 24)
    for code in range(16):
        np.testing.assert_allclose(leaves[code], x[symbols == code].mean(axis=0), atol=0.02)


def test_planted_clusters_within_clusters_are_found() -> None:
    """The first symbol names the group of two far-off clusters, both together the cluster of four."""
    rng = np.random.default_rng(0)
    group, cluster = rng.integers(2, size=(2, 1600))
    planted = 100 * np.eye(2, 24)[group] + 5 * np.eye(2, 24, k=8)[cluster]
    x = (planted + 0.1 * rng.standard_normal((1600, 24))).astype(np.float32)
    codec = fit(training(x), Params(levels=(2, 2)), 0)
    symbols = codec.symbols(codec.encode(x))
    assert 2 == len(np.unique(np.stack([group, symbols[:, 0]]), axis=1).T)
    numbers = np.stack([2 * group + cluster, symbols @ [2, 1]])
    assert 4 == len(np.unique(numbers, axis=1).T)
    assert np.abs(codec.decode(codec.encode(x)) - x).max() < 1


def test_2560_codes_take_two_bytes() -> None:
    """16 × 16 × 10 codes are 12 bits, and a tree of as many codes as rows gives every row its own."""
    x = vectors(2560)
    codec = fit(training(x), Params(), 0)
    assert (16, 16, 10) == codec.levels
    assert 2 == codec.encode(x).shape[1]
    assert (256, 10, 24) == codec.codebooks[2].shape


def test_a_branch_of_few_rows_has_them_for_codewords() -> None:
    """Eight rows in eight leaves come back as they are, whatever the branches' sizes."""
    x = np.zeros((8, 2), np.float32)
    x[:, 0] = [0, 100, 101, 102, 103, 104, 105, 106]  # one row by itself, seven together
    codec = fit(training(x), Params(levels=(2, 4)), 0)
    assert x[0].tolist() == codec.decode(codec.encode(x))[0].tolist()
    assert np.isfinite(codec.codebooks[1]).all()


def test_a_restored_tree_is_the_same() -> None:
    """Codes and vectors are the same to the last bit."""
    params = Params(levels=(4, 4, 4))
    codec, x = fit(training(vectors()), params, 0), vectors(seed=2)
    again = restore(codec.state(), params)
    assert codec.encode(x).tobytes() == again.encode(x).tobytes()
    assert codec.decode(codec.encode(x)).tobytes() == again.decode(again.encode(x)).tobytes()


def test_more_codes_than_rows_are_refused() -> None:
    """A code without a row has nothing to be a codeword of."""
    with pytest.raises(InputError, match="found 512 codes for 400 training vectors, expected no more codes"):
        fit(training(vectors()), Params(levels=(8, 8, 8)), 0)


def test_one_codeword_is_no_choice() -> None:
    """Every position needs two."""
    with pytest.raises(InputError, match=r"found levels \[4, 1\], expected at least 2"):
        fit(training(vectors()), Params(levels=(4, 1)), 0)
