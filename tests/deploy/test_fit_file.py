"""A codec fitted on a file: on all rows or a recorded sample, and measured on rows that were held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.vectors import random_floats

from harness.deploy import Codec, compress_file, fit_file, parse_pipeline
from harness.deploy.measuring import held_out, measured
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.types import Floats

STEPS = parse_pipeline("pca dims=8 | scalar bits=4")
X = random_floats(2_000, 16)


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return a file of 2,000 vectors."""
    np.save(tmp_path / "x.npy", X)
    return str(tmp_path / "x.npy")


def test_the_card_names_the_file_and_the_rows(location: str) -> None:
    """A tenth is held out; the name has no folder."""
    data = fit_file(location, STEPS).card.data
    assert ("x.npy", sha256_file(Path(location))) == (data.name, data.sha256)
    assert (2_000, 1_800, 200, 0, None) == (
        data.rows,
        data.fitted_rows,
        data.held_out_rows,
        data.broken,
        data.sample_seed,
    )


def test_a_sample_is_recorded(location: str) -> None:
    """Its size and seed stand in the card, and another seed gives another codec."""
    codec = fit_file(location, STEPS, sample=1_500, seed=7)
    assert (1_350, 150, 7) == (
        codec.card.data.fitted_rows,
        codec.card.data.held_out_rows,
        codec.card.data.sample_seed,
    )
    assert codec.card == fit_file(location, STEPS, sample=1_500, seed=7).card
    assert codec.card.arrays_sha256 != fit_file(location, STEPS, sample=1_500, seed=8).card.arrays_sha256


def test_held_out_rows_never_reach_the_fit(tmp_path: Path, location: str) -> None:
    """Poisoning them changes no array of the codec."""
    poisoned = X.copy()
    poisoned[held_out(len(X), 0)] *= 1_000
    np.save(tmp_path / "poisoned.npy", poisoned)
    clean, other = (fit_file(each, STEPS) for each in (location, str(tmp_path / "poisoned.npy")))
    assert clean.card.arrays_sha256 == other.card.arrays_sha256
    assert clean.card.data.sha256 != other.card.data.sha256


def test_the_recall_is_that_of_an_exhaustive_search(location: str) -> None:
    """Against a search written out in float64, query by query."""
    codec = fit_file(location, STEPS)
    rows = X[held_out(len(X), 0)].astype(float)
    decoded = codec.decode(codec.encode(rows.astype(np.float32))).astype(float)
    shared = []
    for before, after in zip(_cosines(rows), _cosines(decoded), strict=True):
        shared.append(len(set(np.argsort(-before)[:10]) & set(np.argsort(-after)[:10])) / 10)
    (value,) = codec.card.measured
    assert ("knn-recall@10", 200) == (value.metric, value.n)
    np.testing.assert_allclose(np.mean(shared), value.value, atol=1e-6)
    spread = np.std(shared) / np.sqrt(200)
    np.testing.assert_allclose(
        [value.low, value.high], value.value + np.array([-1.96, 1.96]) * spread, atol=5e-3
    )


def _cosines(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -np.inf)
    return similar


def test_copies_of_fitted_rows_are_not_measured_on(location: str) -> None:
    """Held-out rows that are copies are left out; of too few others nothing is measured."""
    codec = fit_file(location, STEPS)
    assert [] == measured(codec, X[:500], X[:500] * 2)
    (value,) = measured(codec, X[:500], np.concatenate([X[:500], X[500:700]]))
    assert "compressed queries among 200 rows that were not fitted on" == value.protocol


def test_few_rows_are_all_fitted_on(tmp_path: Path) -> None:
    """A tenth of them would say nothing."""
    np.save(tmp_path / "x.npy", X[:999])
    card = fit_file(str(tmp_path / "x.npy"), STEPS).card
    assert (999, 0, []) == (card.data.fitted_rows, card.data.held_out_rows, card.measured)


def test_broken_rows_are_refused_or_counted(tmp_path: Path) -> None:
    """Dropped rows are counted in the card."""
    x = X.copy()
    x[[3, 4]] = np.nan
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(InputError, match=r"found 2 broken rows of 2,000 \(2 NaN: row 3, 4\)"):
        fit_file(str(tmp_path / "x.npy"), STEPS)
    assert 2 == fit_file(str(tmp_path / "x.npy"), STEPS, drop_broken=True).card.data.broken


def test_a_sample_of_one_row_is_one_line(location: str) -> None:
    """Nothing varies in one row."""
    with pytest.raises(InputError, match="sample: found 1 rows, expected at least 2"):
        fit_file(location, STEPS, sample=1)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (random_floats(2, 8), "scalar bits=4"),
        (random_floats(50, 1), "scalar bits=8"),
        (np.ones((50, 8), np.float32), "scalar bits=4"),
        (random_floats(3, 20_000), "truncation dims=64 | sign"),
    ],
    ids=["two rows", "one dimension", "equal rows", "20,000 dimensions"],
)
def test_odd_files_are_fitted_saved_and_compressed(tmp_path: Path, x: Floats, text: str) -> None:
    """From file to codes, all rows in one batch."""
    np.save(tmp_path / "x.npy", x)
    fit_file(str(tmp_path / "x.npy"), parse_pipeline(text)).save(tmp_path / "codec")
    codec = Codec.load(tmp_path / "codec")
    compress_file(str(tmp_path / "x.npy"), codec, tmp_path / "codes.npy")
    np.testing.assert_array_equal(codec.pipeline.encode(x), np.load(tmp_path / "codes.npy"))
