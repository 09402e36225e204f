"""Auto-encoders: against principal components, by hand, and what their training records."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.codecs.autoencoder_training import (
    EpochSchedule,
    autoencoder,
    published_decay,
    split,
    trained,
    turned,
)
from harness.codecs.networks import Coder, applied, hidden_layer, restored
from harness.compressors import autoencoder as compressor
from harness.compressors import pca, principal_projection
from harness.errors import InputError
from harness.types import Codec, Doubles, Floats, Training


def _anisotropic(rows: int, dimension: int = 64, seed: int = 0) -> Floats:
    """Return unit rows with a common direction and a spread that falls as in sentence vectors."""
    mix = np.linalg.qr(np.random.default_rng(9).standard_normal((dimension, dimension)))[0]
    spread = 1 / np.sqrt(1 + np.arange(dimension))
    x = (np.random.default_rng(seed).standard_normal((rows, dimension)) * spread + 0.3) @ mix.T
    return np.ascontiguousarray(x / np.linalg.norm(x, axis=1, keepdims=True), np.float32)


TRAIN = Training(_anisotropic(4000), np.empty((0, 2), np.int64), None)
TEST = _anisotropic(600, seed=1)


def _fit(train: Training = TRAIN, seed: int = 3, **params: Any) -> Coder:
    return compressor.fit(train, compressor.Params(**{"dims": 16, **params}), seed)


def _values(codec: Codec, x: Floats) -> Doubles:
    return codec.decode(codec.encode(x)).astype(np.float64)


def _left_over(codec: Codec) -> float:
    """Return the share of the test rows' spread that the best linear map of their codes does not rebuild."""
    known, asked = (np.c_[_values(codec, x), np.ones(len(x))] for x in (TRAIN.vectors, TEST))
    rebuilt = asked @ np.linalg.lstsq(known, TRAIN.vectors, rcond=None)[0]
    return float(np.square(rebuilt - TEST).sum() / np.square(TEST - TRAIN.vectors.mean(axis=0)).sum())


def _correlation(codec: Codec) -> float:
    """Return Pearson's correlation of the test rows' cosines before and after."""
    upper = np.triu_indices(len(TEST), 1)
    found = []
    for x in (TEST, _values(codec, TEST)):
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        found.append((unit @ unit.T)[upper])
    return float(np.corrcoef(*found)[0, 1])


# -- Beside principal components


@pytest.mark.parametrize("start", ["random", "pca"])
def test_a_linear_one_is_as_good_as_pca(start: str) -> None:
    """It cannot rebuild more from as many dimensions, and comes near, from either start.

    So do its cosines, beside the same axes: its codes have the mean in them, as those do and PCA's do not.
    """
    linear, best = _fit(start=start), pca.fit(TRAIN, pca.Params(dims=16), 0)
    axes = principal_projection.fit(TRAIN, principal_projection.Params(dims=16), 0)
    assert _left_over(best) - 0.005 < _left_over(linear) < 1.03 * _left_over(best)
    assert _correlation(linear) > _correlation(axes) - 0.005
    assert _correlation(linear) > _correlation(best)


def test_the_basis_that_training_leaves_keeps_the_space_and_not_the_cosines() -> None:
    """Of one training the two bases rebuild the same, and the orthonormal one has the better cosines."""
    free, orthonormal = _fit(basis="trained"), _fit()
    assert pytest.approx(_left_over(orthonormal), rel=1e-4) == _left_over(free)
    assert _correlation(orthonormal) > _correlation(free)


def test_codes_have_the_scalar_products_of_what_is_rebuilt_in_the_space_they_span() -> None:
    """With the bias as far as it lies there: the decoder's rows are no such basis."""
    rng = np.random.default_rng(0)
    encoder = {
        "weights": rng.standard_normal((6, 3)),
        "bias": rng.standard_normal(3),
        **hidden_layer(6, 4, 3, rng),
    }
    encoder["outer"] = rng.standard_normal((4, 3))
    decoder = {"weights": rng.standard_normal((3, 6)), "bias": rng.standard_normal(6)}
    x = rng.standard_normal((5, 6))
    inside = np.linalg.pinv(decoder["weights"]) @ decoder["weights"]
    rebuilt = (applied(encoder, x) @ decoder["weights"] + decoder["bias"]) @ inside
    codes = applied(turned(encoder, decoder), x)
    np.testing.assert_allclose(codes @ codes.T, rebuilt @ rebuilt.T, rtol=1e-5)


def test_a_hidden_layer_rebuilds_what_no_linear_map_can() -> None:
    """Points (t, t²) in 12 dimensions: t says where a point is, and a line misses the bend."""
    t = np.random.default_rng(2).uniform(-1, 1, 3000)
    wide = np.linalg.qr(np.random.default_rng(3).standard_normal((12, 2)))[0].T
    curve = (np.stack([t, t**2], axis=1) @ wide).astype(np.float32)
    train = Training(curve, np.empty((0, 2), np.int64), None)
    linear, bent = (min(_fit(train, dims=1, hidden=hidden).history["held_out"]) for hidden in (None, 64))
    # The variance of t² is 1/5 - 1/9 = 0.089, of 12 components the mean.
    assert pytest.approx((1 / 5 - 1 / 9) / 12, rel=0.15) == linear
    assert bent < 0.05 * linear


# -- What training records and keeps


def test_the_history_begins_with_the_start_and_its_best_epoch_is_kept() -> None:
    """Four epochs make five losses; a start at the principal axes has the loss that numpy works out."""
    codec = _fit(start="pca", epochs=4)
    assert {"train", "held_out"} == set(codec.history)
    assert [5, 5] == [len(codec.history[key]) for key in ("train", "held_out")]
    seen, unseen = split(4000, np.random.default_rng(3))
    x, mean = TRAIN.vectors.astype(np.float64), TRAIN.vectors[seen].mean(axis=0, dtype=np.float64)
    axes = np.linalg.svd(x[seen] - mean, full_matrices=False)[2][:16]
    for key, rows in (("train", seen), ("held_out", unseen)):
        missed = (x[rows] - mean) @ (np.eye(64) - axes.T @ axes)
        assert pytest.approx(np.square(missed).mean(), rel=1e-4) == codec.history[key][0]


def test_without_epochs_the_start_is_what_comes_out() -> None:
    """From the principal axes of the rows trained on: their components, up to the sign of each."""
    codec = _fit(start="pca", epochs=0, basis="trained")
    seen = TRAIN.vectors[split(4000, np.random.default_rng(3))[0]]
    expected = pca.fit(Training(seen, TRAIN.pairs, None), pca.Params(dims=16), 0)
    scale = np.sqrt(np.square(seen - seen.mean(axis=0)).mean())
    np.testing.assert_allclose(_values(codec, TEST), _values(expected, TEST) / scale, atol=1e-4)


def test_training_that_makes_things_worse_changes_nothing() -> None:
    """At a rate of 100 every epoch is worse than the start, which is kept."""
    wild = _fit(start="pca", epochs=2, rate=100.0)
    assert 0 == int(np.argmin(wild.history["held_out"]))
    assert _fit(start="pca", epochs=0).encode(TEST).tobytes() == wild.encode(TEST).tobytes()


def test_the_scale_of_the_vectors_does_not_matter() -> None:
    """Vectors 1024 times as long have codes 1024 times as long."""
    longer = Training(TRAIN.vectors * 1024, TRAIN.pairs, None)
    expected = 1024 * _values(_fit(epochs=1), TEST)
    np.testing.assert_allclose(_values(_fit(longer, epochs=1), TEST * 1024), expected, rtol=1e-5, atol=1e-3)


def test_what_is_restored_codes_alike_and_has_no_history() -> None:
    """With a hidden layer and without one, by the arrays alone."""
    for hidden, keys in (
        (None, {"weights", "bias"}),
        (8, {"weights", "bias", "inner", "inner_bias", "outer"}),
    ):
        codec = _fit(hidden=hidden, epochs=1)
        assert keys == set(codec.state())
        again = compressor.restore(codec.state(), compressor.Params(dims=16, hidden=hidden))
        assert codec.encode(TEST).tobytes() == again.encode(TEST).tobytes()
        assert {} == again.history
        with pytest.raises(KeyError):
            restored({key: array for key, array in codec.state().items() if key != "bias"})


@pytest.mark.parametrize(("dims", "decay"), [(32, 4e-4), (256, 4e-4), (257, 1e-5), (512, 1e-5)])
def test_the_decay_is_that_published_for_256_and_512(dims: int, decay: float) -> None:
    """And changes above 256."""
    assert decay == published_decay(dims)


def test_the_defaults_are_the_published_schedule() -> None:
    """Rate 4e-3, lowered every 2 epochs, batches of 32, decay by the rule."""
    params = compressor.Params(dims=256)
    assert (4e-3, 2, 32, None) == (params.rate, params.step, params.batch, params.decay)
    assert (4e-3, 2, 32) == (EpochSchedule(1, 0).rate, EpochSchedule(1, 0).step, EpochSchedule(1, 0).batch)
    assert EpochSchedule(1, 0).gamma == params.gamma


def test_decay_and_rate_are_those_of_adamw() -> None:
    """One weight, one step: worked out from the rule, by which a first step has the length of the rate."""
    network = {"weights": np.array([[0.5]]), "bias": np.array([0.0])}
    x = np.array([[-1.0], [1.0]], np.float32)
    rows = np.array([0, 1])
    schedule = EpochSchedule(1, decay=0.1, rate=0.01, batch=2)
    [[found], history] = trained((network,), x, x, (rows, rows), schedule, 0)
    # The weight: 0.5 (1 - 0.01 × 0.1) + 0.01, as the gradient is 2 (0.5 - 1) < 0. The bias has no gradient.
    assert pytest.approx(0.5095, abs=1e-5) == float(found["weights"][0, 0])
    assert [0.25, 0.25] == pytest.approx(history["train"])
    assert pytest.approx([0.25, (1 - 0.5095) ** 2], abs=1e-5) == history["held_out"]


# -- What cannot be trained


def test_too_few_rows_or_too_many_dimensions_are_refused() -> None:
    """A tenth is held out, so there have to be ten rows; and no more directions than dimensions."""
    few = Training(TRAIN.vectors[:9], TRAIN.pairs, None)
    with pytest.raises(InputError, match="autoencoder: found 9 training rows, expected at least 10"):
        _fit(few, dims=2)
    with pytest.raises(InputError, match="autoencoder: found dims = 65, expected at most the vectors' 64"):
        _fit(dims=65)


def test_the_held_out_tenth_is_no_row_trained_on() -> None:
    """All rows, each once."""
    seen, unseen = split(45, np.random.default_rng(0))
    assert (41, 4) == (len(seen), len(unseen))
    assert list(range(45)) == sorted([*seen.tolist(), *unseen.tolist()])


def test_rows_that_are_all_alike_are_trained_on_without_nan() -> None:
    """There is no spread to scale by."""
    same = np.ones((20, 6), np.float32)
    encoder, _, history = autoencoder(same, 2, None, "random", EpochSchedule(1, 0), 0)
    assert np.isfinite(applied(encoder, same)).all()
    assert np.isfinite(history["held_out"]).all()
