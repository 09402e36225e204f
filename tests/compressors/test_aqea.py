"""The reference method AQEA: its start by hand, its objective by scipy, and what its training keeps to."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import spearmanr

from harness.codecs.affine import Affine
from harness.codecs.aqea_rotation import rotate
from harness.compressors import aqea
from harness.errors import InputError
from harness.types import Doubles, Floats, Ints, Training

NO_PAIRS = np.empty((0, 2), np.int64)


def _planted(rows: int, seed: int, dimension: int = 32) -> Floats:
    """Return rows whose direction lies in 4 dimensions, under noise in all of them."""
    basis = np.linalg.qr(np.random.default_rng(11).standard_normal((dimension, 4)))[0]
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((rows, 4)) @ basis.T
    return (signal + 0.1 * rng.standard_normal((rows, dimension))).astype(np.float32)


def _pairs(rows: int, count: int, seed: int = 1) -> Ints:
    return np.random.default_rng(seed).integers(rows, size=(count, 2))


def _cosines(x: Floats, pairs: Ints) -> Doubles:
    unit = x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    return np.asarray((unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(axis=1))


def _agreement(codec: Affine, x: Floats, pairs: Ints) -> float:
    """Return scipy's Spearman of the cosines before with those after."""
    return float(spearmanr(_cosines(x, pairs), _cosines(codec.decode(codec.encode(x)), pairs)).statistic)


# -- The start -----------------------------------------------------------------------------------------------


def test_the_start_of_sixteen_dimensions_is_worked_by_hand() -> None:
    """Two blocks for two outputs: each weighs component p of its block by 1 + exp(-1.618 p / 8)."""
    falling = np.array([1 + np.exp(-p / 8 * 1.618033988749895) for p in range(8)])
    falling /= (
        falling.sum()
    )  # the half in the method's formula goes, and so does the weight of the only block
    expected = np.zeros((2, 16))
    expected[0, :8] = expected[1, 8:] = falling
    np.testing.assert_allclose(aqea.block_averages(16, 2), expected, atol=1e-15)


def test_blocks_further_from_the_middle_weigh_less() -> None:
    """Of four blocks for one output the middle is 2, so that they weigh 1/1.2, 1/1.1, 1 and 1/1.1."""
    start = aqea.block_averages(32, 1)[0]
    firsts = start[::8] / start[16]
    np.testing.assert_allclose(firsts, [1 / 1.2, 1 / 1.1, 1, 1 / 1.1])
    assert pytest.approx(1) == start.sum()


def test_384_dimensions_to_13_share_48_blocks() -> None:
    """Output o has the blocks from ⌊48 o / 13⌋ on: 0, 3, 7 …; each component goes to one output."""
    start = aqea.block_averages(384, 13)
    firsts = [int(row.nonzero()[0][0]) // 8 for row in start]
    assert [0, 3, 7, 11, 14, 18, 22, 25, 29, 33, 36, 40, 44] == firsts
    assert [1] * 384 == (start > 0).sum(axis=0).tolist()
    np.testing.assert_allclose(start.sum(axis=1), 1)


def test_the_last_block_may_be_shorter() -> None:
    """Of 11 components the last three are a block of three, weighed over its own length."""
    last = 1 + np.exp(-np.arange(3) / 3 * 1.618033988749895)
    start = aqea.block_averages(11, 2)
    np.testing.assert_allclose(start[1, 8:], last / last.sum())
    assert not start[1, :8].any()


def test_an_output_without_a_block_starts_as_zeros() -> None:
    """Two blocks leave the first and third of four outputs with none, and training starts all the same."""
    start = aqea.block_averages(16, 4)
    assert [False, True, False, True] == start.any(axis=1).tolist()
    train = Training(_planted(50, 0, 16), _pairs(50, 40), None)
    assert aqea.fit(train, aqea.Params(dims=4, budget=60), 0).weights.any(axis=0).all()


@pytest.mark.parametrize(
    ("dimension", "kind", "scale"),
    [
        (384, "text", 1.75),
        (400, "text", 1.75),
        (401, "text", 2.0),
        (768, "audio", 2.0),
        (800, "text", 2.0),
        (801, "text", 1.75),
        (1024, "text", 1.75),
        (1200, "text", 1.75),
        (1201, "text", 1.5),
        (1536, "openai", 1.5),
        (320, "protein", 1.5),
    ],
)
def test_the_scale_follows_the_published_rule(dimension: int, kind: str, scale: float) -> None:
    """By dimension, and 1.5 for proteins whatever theirs is."""
    assert scale == aqea.published_scale(dimension, kind)


@pytest.mark.parametrize(
    ("params", "scale"), [({}, 1.75), ({"kind": "protein"}, 1.5), ({"rotation_scale": 0.4}, 0.4)]
)
@pytest.mark.parametrize("dimension", [32, 30])
def test_with_no_budget_the_codec_is_the_rotation_and_the_start(
    params: dict[str, object], scale: float, dimension: int
) -> None:
    """Rotated by the rule or as asked for, and averaged; also where four and eight do not divide."""
    x = _planted(50, 0, dimension)
    codec = aqea.fit(Training(x, NO_PAIRS, None), aqea.Params(dims=3, budget=0, **params), 0)
    expected = rotate(x, scale) @ aqea.block_averages(dimension, 3).T
    np.testing.assert_allclose(codec.decode(codec.encode(x)), expected, atol=1e-6)
    assert not codec.bias.any()


# -- The objective -------------------------------------------------------------------------------------------


def test_the_objective_is_scipys_spearman() -> None:
    """For each map of several at once, with pairs that occur twice (ties) and rows that occur in many."""
    x = _planted(60, 0)
    pairs = np.concatenate([_pairs(60, 200), _pairs(60, 200)[:50]])
    maps = np.random.default_rng(2).standard_normal((5, 3, 32))
    actual = aqea._Ranked.of(x, pairs, 1.75).spearman(maps)  # the search itself sees no other number
    after = [rotate(x, 1.75).astype(np.float32) @ m.T.astype(np.float32) for m in maps]
    expected = [spearmanr(_cosines(x, pairs), _cosines(y, pairs)).statistic for y in after]
    np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_a_map_to_nothing_ranks_nothing() -> None:
    """A map of zeros makes all cosines equal: a correlation of 0, not NaN."""
    ranked = aqea._Ranked.of(_planted(60, 0), _pairs(60, 50), 1.75)
    assert [0.0] == ranked.spearman(np.zeros((1, 3, 32))).tolist()


# -- The training --------------------------------------------------------------------------------------------


def test_training_finds_a_planted_subspace_of_held_out_rows() -> None:
    """On rows and pairs it has not seen, it ranks cosines far better than its start does."""
    train = Training(_planted(400, 0), _pairs(400, 600), None)
    x, pairs = _planted(500, 1), _pairs(500, 2000, seed=3)
    start = aqea.fit(train, aqea.Params(dims=4, budget=0), 0)
    trained = aqea.fit(train, aqea.Params(dims=4, budget=4000), 0)
    assert _agreement(trained, x, pairs) > _agreement(start, x, pairs) + 0.15


def test_a_corpus_without_pairs_is_trained_on_random_ones() -> None:
    """It too gets better at rows that it has not seen."""
    train = Training(_planted(400, 0), NO_PAIRS, None)
    x, pairs = _planted(500, 1), _pairs(500, 2000, seed=3)
    start, trained = (aqea.fit(train, aqea.Params(dims=4, pairs=600, budget=b), 0) for b in (0, 3000))
    assert _agreement(trained, x, pairs) > _agreement(start, x, pairs) + 0.1


def test_the_full_covariance_can_be_asked_for() -> None:
    """It takes another way than the variances alone, to a map that is finite."""
    train = Training(_planted(100, 0), _pairs(100, 100), None)
    full, diagonal = (aqea.fit(train, aqea.Params(dims=2, budget=300, diagonal=d), 0) for d in (False, True))
    assert not np.array_equal(full.weights, diagonal.weights)
    assert np.isfinite(full.weights).all()


def test_training_leaves_numpys_global_generator_alone() -> None:
    """The library draws from it, and whoever seeded it shall not notice."""
    np.random.seed(7)  # noqa: NPY002 - the legacy generator is what is tested
    expected = np.random.random(3).tolist()  # noqa: NPY002 - the same
    np.random.seed(7)  # noqa: NPY002 - the same
    train = Training(_planted(100, 0), _pairs(100, 100), None)
    first = aqea.fit(train, aqea.Params(dims=4, budget=300), 0)
    assert expected == np.random.random(3).tolist()  # noqa: NPY002 - the same
    second = aqea.fit(train, aqea.Params(dims=4, budget=300), 0)
    assert first.weights.tobytes() == second.weights.tobytes()


def test_human_scores_are_not_looked_at() -> None:
    """The objective is intrinsic: the map is the same whatever people said."""
    x, pairs, params = _planted(100, 0), _pairs(100, 100), aqea.Params(dims=4, budget=300)
    rated = aqea.fit(Training(x, pairs, np.linspace(0, 5, 100)), params, 0)
    assert aqea.fit(Training(x, pairs, None), params, 0).weights.tobytes() == rated.weights.tobytes()


def test_training_stops_when_nothing_gets_better() -> None:
    """A budget for hours ends with the first mean that is no better; with more patience it goes further."""
    train = Training(_planted(400, 0), _pairs(400, 600), None)
    early = aqea.fit(train, aqea.Params(dims=4, patience=1, budget=10**9), 0)
    patient = aqea.fit(train, aqea.Params(dims=4, patience=50, budget=2000), 0)
    x, pairs = _planted(500, 1), _pairs(500, 2000, seed=3)
    assert _agreement(patient, x, pairs) > _agreement(early, x, pairs)


@pytest.mark.parametrize(("pairs", "count"), [(_pairs(9, 3), 3), (np.array([[0, 1]]), 1)])
def test_too_few_pairs_are_refused(pairs: Ints, count: int) -> None:
    """Two to train on and two to choose by are the least."""
    with pytest.raises(InputError, match=f"aqea: found {count} training pairs, expected at least 4"):
        aqea.fit(Training(_planted(9, 0), pairs, None), aqea.Params(dims=2), 0)


def test_pairs_that_are_all_alike_are_refused() -> None:
    """One cosine cannot be ranked."""
    pairs = np.array([[0, 1]] * 10)
    with pytest.raises(InputError, match="aqea: pairs"):
        aqea.fit(Training(_planted(2, 0), pairs, None), aqea.Params(dims=2), 0)


@pytest.mark.parametrize(
    "wrong", [{"dims": 0}, {"sigma": 0}, {"budget": -1}, {"kind": "image"}, {"population": 1}]
)
def test_wrong_parameters_are_refused(wrong: dict[str, object]) -> None:
    """Each by its name."""
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        aqea.Params(**({"dims": 2} | wrong))
