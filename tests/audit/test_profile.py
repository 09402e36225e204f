"""The profile of vectors against definitions worked out in full."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from support.vectors import random_floats

from harness.audit import profile as module
from harness.audit.profile import BrokenRows, profile
from harness.errors import InputError

SPREAD = random_floats(400, 12) * np.linspace(2, 0.1, 12, dtype=np.float32) + np.float32(0.3)


def test_norms_and_directions_are_those_of_all_rows_and_pairs() -> None:
    """The mean cosine is that of every pair, as SciPy lists them."""
    actual = profile(SPREAD, {})
    norms = np.linalg.norm(SPREAD.astype(np.float64), axis=1)
    assert (400, 12) == (actual.rows, actual.dimension)
    expected = [norms.min(), np.median(norms), norms.max()]
    np.testing.assert_allclose(expected, [actual.norm_min, actual.norm_median, actual.norm_max])
    assert pytest.approx(1 - pdist(SPREAD.astype(np.float64), "cosine").mean()) == actual.mean_cosine
    unit = SPREAD / norms[:, None]
    assert pytest.approx(np.linalg.norm(unit.mean(axis=0))) == actual.mean_direction_norm


def test_the_effective_dimension_is_that_of_the_covariance() -> None:
    """Against the eigenvalues of NumPy's covariance, and the singular values of the centred rows."""
    actual = profile(SPREAD, {})
    spectrum = np.linalg.eigvalsh(np.cov(SPREAD.astype(np.float64).T))[::-1]
    assert pytest.approx(spectrum.sum() ** 2 / (spectrum**2).sum()) == actual.effective_dimension
    singular = np.linalg.svd(SPREAD - SPREAD.mean(axis=0), compute_uv=False).astype(np.float64) ** 2
    shares = np.cumsum(singular) / singular.sum()
    expected = [int(np.argmax(shares >= share)) + 1 for share in (0.9, 0.95, 0.99)]
    assert expected == [actual.dimensions_90, actual.dimensions_95, actual.dimensions_99]


def test_more_dimensions_than_rows_have_the_same_spectrum() -> None:
    """Twelve dimensions, and the same rows turned into three thousand."""
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((3_000, 12)))[0]
    wide = profile((SPREAD @ rotation.T).astype(np.float32), {})
    narrow = profile(SPREAD, {})
    assert (3_000, 400) == (wide.dimension, wide.spectrum_rows)
    assert pytest.approx(narrow.effective_dimension, rel=1e-4) == wide.effective_dimension
    assert narrow.dimensions_99 == wide.dimensions_99
    assert pytest.approx(narrow.mean_cosine, abs=1e-6) == wide.mean_cosine


def test_a_sample_of_many_rows_has_nearly_their_spectrum(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same one each time."""
    whole = profile(SPREAD, {})
    monkeypatch.setattr(module, "_ROWS", {True: 300, False: 300})
    sampled = profile(SPREAD, {})
    assert (300, sampled) == (sampled.spectrum_rows, profile(SPREAD, {}))
    assert pytest.approx(whole.effective_dimension, rel=0.1) == sampled.effective_dimension


def test_exact_and_near_copies_are_counted_apart() -> None:
    """Bytes of an earlier row; a cosine beyond the bound that all of this project has; and none below it."""
    x = random_floats(50, 64)
    x[10], x[11], x[12] = x[0], x[0], 2 * x[1]
    x[13] = x[2] + np.float32(1e-4) * x[3]
    x[14] = x[4] + np.float32(0.1) * x[5]
    actual = profile(x, {})
    assert (2, 2) == (actual.exact_duplicates, actual.near_duplicates)
    given = profile(x, {}, copies=np.arange(50))
    assert dataclasses.replace(actual, near_duplicates=-2) == given


@pytest.mark.parametrize("dimension", [1, 3, 3_000])
def test_equal_rows_fill_no_dimension(dimension: int) -> None:
    """They share one direction, and all but one are copies."""
    actual = profile(np.full((10, dimension), 0.1, np.float32), {})
    assert (0, 0, 0, 0) == (
        actual.effective_dimension,
        actual.dimensions_90,
        actual.dimensions_95,
        actual.dimensions_99,
    )
    assert (pytest.approx(1), pytest.approx(1)) == (actual.mean_cosine, actual.mean_direction_norm)
    assert (9, 0) == (actual.exact_duplicates, actual.near_duplicates)


def test_two_rows_fill_one_dimension() -> None:
    """Opposite ones have the cosine −1."""
    actual = profile(np.array([[1, 0], [-1, 0]], np.float32), {})
    assert (1, 1, -1, 0) == (
        actual.effective_dimension,
        actual.dimensions_99,
        actual.mean_cosine,
        actual.mean_direction_norm,
    )
    with pytest.raises(InputError, match="found 1 rows without broken ones, expected at least two"):
        profile(np.ones((1, 2), np.float32), {})


def test_broken_rows_are_counted_with_their_first_numbers() -> None:
    """The most frequent reason first, ten numbers each."""
    actual = profile(SPREAD, {"NaN": [3], "null": list(range(10, 40)), "length 2": [5]})
    assert (
        BrokenRows("null", 30, tuple(range(10, 20))),
        BrokenRows("NaN", 1, (3,)),
        BrokenRows("length 2", 1, (5,)),
    ) == actual.broken
