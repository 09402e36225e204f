"""Finite scalar quantization: symbols are the library's, levels are searched, codes are walked."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
import torch
from vector_quantize_pytorch import FSQ as LIBRARY
from vector_quantize_pytorch import ResidualFSQ

from harness.codecs import bitpacking
from harness.codecs.bottleneck_map import Map
from harness.codecs.bottleneck_training import distance, held_out
from harness.codecs.finite_scalars import FSQ, between
from harness.compressors.fsq import Params, candidates, fit, restore
from harness.errors import InputError
from harness.types import Floats, Training

QUICK = {"steps": 60, "batch": 64}


def vectors(rows: int = 400, seed: int = 0, dimension: int = 24) -> Floats:
    """Return rows whose spread falls from dimension to dimension."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((rows, dimension)) * 0.8 ** np.arange(dimension)).astype(np.float32)


def training(pairs: int = 200) -> Training:
    """Return rows and pairs among them."""
    x = vectors()
    return Training(x, np.random.default_rng(1).integers(len(x), size=(pairs, 2)), None)


def plain(levels: tuple[int, ...], residuals: int = 1) -> FSQ:
    """Return a codec whose maps leave a vector of as many dimensions as positions as it is."""
    same = Map((np.eye(len(levels), dtype=np.float32), np.zeros(len(levels), np.float32)))
    return FSQ(same, same, levels * residuals, residuals)


@pytest.mark.parametrize("levels", [(8, 8, 8, 5), (2, 3, 4), (256,)])
def test_symbols_are_those_of_the_library(levels: tuple[int, ...]) -> None:
    """Behind the same soft clamp, every scalar has the level that the library's module gives it."""
    x = np.random.default_rng(0).standard_normal((500, len(levels))).astype(np.float32)
    library = LIBRARY(list(levels), return_indices=False, preserve_symmetry=True, bound_hard_clamp=True)
    bound = 1 + 1 / (torch.tensor(levels) - 1)
    expected = library((torch.tensor(x) / bound).tanh()[None] * bound)[0][0].numpy()
    codec = plain(levels)
    np.testing.assert_allclose(codec.decode(codec.encode(x)), expected, atol=1e-5)


@pytest.mark.parametrize("residuals", [1, 2, 3])
def test_stages_are_those_of_the_librarys_residual_fsq(residuals: int) -> None:
    """Symbols and decoded scalars are those of ResidualFSQ, but for the odd one that rounding decides."""
    levels = (8, 5, 3)
    x = np.random.default_rng(0).standard_normal((2000, 3)).astype(np.float32)
    library = ResidualFSQ(levels=list(levels), num_quantizers=residuals)
    expected, indices = library(torch.tensor(x)[None])
    codec = plain(levels, residuals)
    codes = codec.encode(x)
    same = np.isclose(codec.decode(codes), expected[0].numpy(), atol=1e-4).all(axis=1)
    assert same.mean() > 0.998
    basis = np.array([1, 8, 40])
    numbers = codec.symbols(codes).reshape(-1, residuals, 3) @ basis
    assert (numbers == indices[0].numpy()).all(axis=1)[same].mean() > 0.998


def test_a_further_stage_is_finer_by_the_number_of_levels() -> None:
    """The largest error on the unit interval is half a cell: 1 / L^stages of the width of 2 L / (L - 1)."""
    inside = np.linspace(-0.6, 0.6, 1001, dtype=np.float32)[:, None]
    for stages in (1, 2, 3):
        codec = plain((4,), stages)
        bound = 1 + 1 / 3
        clamped = np.tanh(inside / bound) * bound
        error = np.abs(codec.decode(codec.encode(inside)) - clamped).max()
        assert pytest.approx(bound / 4**stages, rel=0.05) == error


def test_2560_codes_take_two_bytes() -> None:
    """The default has the 2,560 codes of the levels 8, 8, 8, 5: 12 bits."""
    codec = fit(training(), Params(**QUICK), 0)
    assert (8, 8, 8, 5) == codec.levels
    codes = codec.encode(vectors(seed=2))
    assert 2 == codes.shape[1]
    symbols = codec.symbols(codes)
    assert ((symbols >= 0) & (symbols < np.array(codec.levels))).all()


def test_training_brings_the_loss_down() -> None:
    """The kept curve falls, and cosines of held-out rows follow more closely than after two steps."""
    train = Training(vectors(2000), np.empty((0, 2), np.int64), None)
    first, last = (fit(train, Params(levels=(4,) * 6, steps=steps), 0) for steps in (2, 200))
    assert last.history["loss"][-1] < 0.95 * last.history["loss"][0]
    x = vectors(1000, seed=2)

    def loss(codec: FSQ) -> float:
        return distance(x, codec.decode(codec.encode(x)), paired=False)

    assert loss(last) < 0.97 * loss(first)


def test_decoded_vectors_have_the_length_of_the_original_ones() -> None:
    """Rows a hundred times as long decode to vectors a hundred times as long: the scale is fitted."""
    short, long = (Training(vectors() * factor, np.empty((0, 2), np.int64), None) for factor in (1, 100))
    params, x = Params(levels=(5,) * 8, **QUICK), vectors(seed=2)
    one, other = fit(short, params, 0), fit(long, params, 0)
    expected, actual = one.decode(one.encode(x)), other.decode(other.encode(x * 100)) / 100
    assert np.isclose(expected, actual, atol=1e-3).all(axis=1).mean() > 0.98
    assert ((x - actual) ** 2).sum() < 0.5 * (x**2).sum()


def test_hidden_units_survive_being_saved() -> None:
    """Six arrays a side, and the restored codec is the same to the last bit."""
    params = Params(levels=(4, 4), hidden=8, residuals=2, **QUICK)
    codec, x = fit(training(), params, 0), vectors(seed=2)
    assert 6 == len(codec.encoder.arrays)
    again = restore(codec.state(), params)
    codes = codec.encode(x)
    assert codes.tobytes() == again.encode(x).tobytes()
    assert codec.decode(codes).tobytes() == again.decode(codes).tobytes()
    assert (4, 4, 4, 4) == again.levels


# -- The search of levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2.5, math.log2(2560), 24, 96.3, 128, 500])
def test_candidates_use_up_the_budget_and_no_more(bits: float) -> None:
    """They hold at most the budget; no position can be raised, and none differs by more than one."""
    lists = candidates(bits, 384)
    assert lists
    for levels in lists:
        assert bitpacking.bits(levels) <= bits + 1e-6
        assert max(levels) - min(levels) <= 1
        assert min(levels) >= 2
        raised = sorted(levels)
        raised[0] += 1
        assert bitpacking.bits(raised) > bits or bitpacking.size(raised) > math.ceil(bits / 8)
        assert bitpacking.size(levels) <= math.ceil(bits / 8)


def test_candidates_of_2560_codes_by_hand() -> None:
    """7^4 = 2,401 codes leave no room for an eighth level, 4 × 5^4 = 2,500 none for a fifth at all."""
    by_positions = {len(levels): levels for levels in candidates(math.log2(2560), 384)}
    assert (7, 7, 7, 7) == by_positions[4]
    assert (5, 5, 5, 5, 4) == by_positions[5]
    assert (51, 50) == by_positions[2]
    assert (2,) * 11 == by_positions[11]


def test_there_are_no_more_positions_than_dimensions() -> None:
    """With room for 3 positions, 12 bits are levels of 16 each."""
    assert (16, 16, 16) in candidates(12, 3)
    assert all(len(levels) <= 3 for levels in candidates(12, 3))


def test_the_search_keeps_the_levels_that_lose_least() -> None:
    """The codec has the levels of the candidate with the least held-out loss, and says what others had."""
    codec = fit(training(), Params(bits=12, **QUICK), 0)
    positions, losses = (codec.history["candidate_" + key] for key in ("positions", "losses"))
    assert len(positions) == len(losses) > 3
    assert len(codec.levels) == positions[int(np.argmin(losses))]
    assert bitpacking.bits(codec.levels) <= 12


def test_few_planted_dimensions_are_found() -> None:
    """Rows that lie in two dimensions have no use for more positions: 12 bits become two of 64 levels."""
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.standard_normal((24, 2)))[0]
    angles = rng.random(600) * 2 * np.pi
    x = (np.stack([np.cos(angles), np.sin(angles)], axis=1) @ basis.T).astype(np.float32)
    x += (1e-3 * rng.standard_normal(x.shape)).astype(np.float32)
    codec = fit(Training(x, np.empty((0, 2), np.int64), None), Params(bits=12, steps=120, batch=64), 0)
    assert len(codec.levels) <= 3


@pytest.mark.parametrize("pairs", [0, 200])
def test_held_out_rows_are_not_trained_on(pairs: int) -> None:
    """No row of the tenth stays, the pairs that stay are among the rows that stay, and halves are even."""
    train = training(pairs)
    rest, tenth = held_out(train, 3)
    assert len(tenth) % 2 == 0
    train_rows, held_rows = ({row.tobytes() for row in rows} for rows in (rest.vectors, tenth))
    assert not train_rows & held_rows
    assert len(train.vectors) == len(train_rows) + len(held_rows)
    before = {(train.vectors[i].tobytes(), train.vectors[j].tobytes()) for i, j in train.pairs}
    after = {(rest.vectors[i].tobytes(), rest.vectors[j].tobytes()) for i, j in rest.pairs}
    assert after <= before
    assert all(left not in held_rows and right not in held_rows for left, right in after)
    half = len(tenth) // 2
    if pairs:
        assert {(tenth[i].tobytes(), tenth[half + i].tobytes()) for i in range(half)} <= before


# -- From code to code ---------------------------------------------------------------------------------------


def test_between_two_codes_by_hand() -> None:
    """Three equal steps from (0, 7) to (6, 1), both included."""
    codec = plain((8, 8))
    one, other = bitpacking.pack(np.array([[0, 7], [6, 1]]), (8, 8))
    symbols = codec.symbols(between(codec, one, other, 4))
    assert [[0, 7], [2, 5], [4, 3], [6, 1]] == symbols.tolist()


def test_between_goes_straight_through_the_stages() -> None:
    """Two stages of four levels are one of sixteen: from 3 = (0, 3) to 5 = (1, 1) by way of 4 = (1, 0)."""
    codec = plain((4,), 2)
    one, other = bitpacking.pack(np.array([[0, 3], [1, 1]]), (4, 4))
    codes = between(codec, one, other, 3)
    assert [[0, 3], [1, 0], [1, 1]] == codec.symbols(codes).tolist()
    scalars = codec.decode(codes).ravel()
    assert pytest.approx(scalars[1] - scalars[0], rel=1e-4) == scalars[2] - scalars[1]


def test_no_position_turns_back_on_its_way() -> None:
    """Each position rises or falls, and never by more than its own step rounded up."""
    codec = fit(training(), Params(**QUICK), 0)
    one, other = codec.encode(vectors(2, seed=5))
    way = codec.symbols(between(codec, one, other, 9))
    assert one.tolist() == codec.encode(vectors(2, seed=5))[0].tolist()
    np.testing.assert_array_equal(codec.symbols(np.stack([one, other])), way[[0, -1]])
    for before, after in itertools.pairwise(way):
        moved = (after - before) * np.sign(way[-1] - way[0])
        assert (moved >= 0).all()
        assert (moved <= np.ceil(np.abs(way[-1] - way[0]) / 8)).all()


# -- What is refused -----------------------------------------------------------------------------------------


def test_the_rotation_trick_is_not_for_scalars() -> None:
    """The error says why, and who has the choice."""
    with pytest.raises(InputError, match=r"gradient = 'rotation', expected 'straight-through'.*residual-vq"):
        fit(training(), Params(gradient="rotation"), 0)


def test_one_level_is_no_level() -> None:
    """Every position needs two."""
    with pytest.raises(InputError, match=r"found levels \[8, 1\], expected at least 2"):
        fit(training(), Params(levels=(8, 1)), 0)


def test_more_positions_than_dimensions_are_refused() -> None:
    """24 dimensions have no 25 principal components."""
    with pytest.raises(InputError, match=r"fsq: found 25 positions, expected at most 24 \(400 rows × 24\)"):
        fit(training(), Params(levels=(2,) * 25), 0)


def test_one_code_is_no_way() -> None:
    """A way has two ends."""
    codec = plain((8, 8))
    one, other = bitpacking.pack(np.array([[0, 7], [6, 1]]), (8, 8))
    with pytest.raises(InputError, match="found 1 steps, expected at least 2"):
        between(codec, one, other, 1)


def test_ways_between_training_rows_are_noted_from_end_to_end() -> None:
    """The mean cosine with an end is 1 at that end, and the two sides meet the same ends."""
    codec = fit(training(), Params(**QUICK), 0)
    ways = {key: codec.history[key] for key in ("way_to_first", "way_to_last", "line_to_first")}
    assert [5, 5, 5] == [len(way) for way in ways.values()]
    assert pytest.approx([1, 1, 1]) == [
        ways["way_to_first"][0], ways["way_to_last"][-1], ways["line_to_first"][0]
    ]  # fmt: skip
    assert ways["way_to_first"][-1] == pytest.approx(ways["way_to_last"][0])
    assert ways["way_to_first"][-1] == pytest.approx(ways["line_to_first"][-1])
    assert ways["way_to_first"] == sorted(ways["way_to_first"], reverse=True)


def test_levels_come_from_a_suite_and_back_from_a_result_as_they_were() -> None:
    """TOML and JSON have lists alone: a tuple would be refused, and would make every result out of date."""
    dumped = Params.model_validate({"levels": [4, 4]}, strict=True).model_dump()
    assert dumped == json.loads(json.dumps(dumped))
