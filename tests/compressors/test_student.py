"""The student: its loss against numpy, what is drawn, what it learns of words, how it tells of a collapse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.special import logsumexp
from support.words import word_vectors

from harness.compressors import pca, principal_projection, student
from harness.compressors.student import Params, Student, share_of_rate
from harness.errors import InputError
from harness.evaluation.knn import nearest, unit
from harness.evaluation.teacher import top_k
from harness.types import Codec, Floats, Training

K = 10


def _words() -> tuple[Floats, Floats]:
    """Return 804 vectors of words to train on, and 537 held out."""
    encoded = word_vectors()
    order = np.random.default_rng(0).permutation(len(encoded))
    return encoded[order[:804]], encoded[order[804:]]


def _training(vectors: Floats) -> Training:
    return Training(vectors, np.empty((0, 2), np.int64), None)


def _rows(count: int = 200, dimension: int = 16) -> Floats:
    return np.random.default_rng(0).standard_normal((count, dimension)).astype(np.float32)


def _fit(vectors: Floats | None = None, seed: int = 5, **params: Any) -> Student:
    rows = _rows() if vectors is None else vectors
    return student.fit(_training(rows), Params(**({"dims": 4, "steps": 3, "batch": 16} | params)), seed)


def _overlap(codec: Codec, rows: Floats) -> float:
    """Return the share of each row's exact ten nearest other rows that it still has among its ten nearest."""
    own = np.arange(len(rows))
    mapped = codec.decode(codec.encode(rows))
    before, after = nearest(rows, rows, own, K), nearest(mapped, mapped, own, K)
    return float((before[:, :, None] == after[:, None, :]).any(axis=2).mean())


# -- The loss and what is drawn ------------------------------------------------------------------------------


def test_the_loss_is_info_nce_with_several_positives() -> None:
    """The loss of the first step, at principal axes, is that of the formula in numpy for the same rows."""
    rows, params = _rows(), Params(dims=4, steps=1, batch=16, temperature=0.2, tail_to=60)
    losses = student.fit(_training(rows), params, 5).history["loss"]
    near, rng = top_k(rows, 60), np.random.default_rng(5)
    rng.integers(200, size=(2, student.SAMPLE))  # the random pairs of the checkpoints are drawn first
    anchors = rng.integers(200, size=16)
    others, (anchor_index, positive, refused, negative) = student._batch_pairs(anchors, near, params, rng)
    start = principal_projection.fit(_training(unit(rows)), principal_projection.Params(dims=4), 0)
    mapped = unit(start.decode(start.encode(unit(rows)))).astype(np.float64)
    logits = mapped[anchors] @ mapped[others].T / 0.2
    compared = np.zeros(logits.shape, np.bool_)
    compared[anchor_index, positive] = compared[refused, negative] = True
    shares = logits - logsumexp(np.where(compared, logits, -np.inf), axis=1, keepdims=True)
    assert pytest.approx([-shares[anchor_index, positive].mean()], rel=1e-5) == losses


def test_positives_are_near_and_negatives_are_not() -> None:
    """Positives are different ones of the ten nearest; no negative is one of them, or the anchor itself."""
    near, rng = top_k(_rows(), 60), np.random.default_rng(1)
    anchors = rng.integers(200, size=32)
    params = Params(dims=1, positives=4, hard_negatives=3, tail_to=60)
    others, (anchor_index, positive, refused, negative) = student._batch_pairs(anchors, near, params, rng)
    assert 32 * (4 + 3) == len(others)
    for i, anchor in enumerate(anchors):
        chosen = others[positive[anchor_index == i]]
        assert 4 == len(set(chosen.tolist()))
        assert set(chosen) <= set(near[anchor, :10])
        against = set(others[negative[refused == i]])
        assert against == set(others) - set(near[anchor, :10]) - {anchor}


@pytest.mark.parametrize(("first", "last"), [(11, 11), (20, 29)])
def test_hard_negatives_come_from_the_ranks_asked_for(first: int, last: int) -> None:
    """Without random ones mixed in, each is of its anchor's list from tail_from to tail_to, both included."""
    near, rng = top_k(_rows(), 60), np.random.default_rng(1)
    anchors = rng.integers(200, size=500)
    params = Params(dims=1, positives=1, hard_negatives=2, tail_from=first, tail_to=last, mix_random_ratio=0)
    others, _ = student._batch_pairs(anchors, near, params, rng)
    ranks = [near[anchors[i // 2]].tolist().index(row) + 1 for i, row in enumerate(others[500:])]
    assert set(range(first, last + 1)) == set(ranks)


def test_a_share_of_hard_negatives_is_drawn_from_all_rows() -> None:
    """Of 2,000 drawn, half at random, 1,050 are of the ten ranks asked for, up to chance."""
    near, rng = top_k(_rows(), 60), np.random.default_rng(1)
    anchors = rng.integers(200, size=1000)
    params = Params(dims=1, positives=1, hard_negatives=2, tail_from=20, tail_to=29, mix_random_ratio=0.5)
    others, _ = student._batch_pairs(anchors, near, params, rng)
    inside = [row in near[anchors[i // 2], 19:29] for i, row in enumerate(others[1000:])]
    # a random one is of the ten ranks once in 20: 0.5 + 0.5 / 20; standard error sqrt(0.25 / 2000) = 0.011
    assert pytest.approx(0.525, abs=0.04) == np.mean(inside)


def test_multi_positive_off_is_one_positive() -> None:
    """One an anchor is drawn however many are set: the fit is that of positives = 1."""
    single, one = _fit(multi_positive=False, positives=7), _fit(positives=1)
    np.testing.assert_array_equal(one.weights[0], single.weights[0])
    assert not np.array_equal(one.weights[0], _fit(positives=7).weights[0])


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [0.5, 1, 1, 1, 1, 1, 1]),
        ("linear", [0.5, 1, 1, 0.75, 0.5, 0.25, 0]),
        ("cosine", [0.5, 1, 1, (2 + 2**0.5) / 4, 0.5, (2 - 2**0.5) / 4, 0]),
    ],
)
def test_the_rate_warms_up_and_falls(schedule: Any, expected: list[float]) -> None:
    """Two steps of warm-up rise to the full rate; four more fall by a line or half a cosine, or do not."""
    params = Params(dims=1, steps=6, warmup=2, schedule=schedule)
    assert pytest.approx(expected) == [share_of_rate(step, params) for step in range(7)]


# -- What it learns ------------------------------------------------------------------------------------------


def test_it_starts_as_the_principal_axes_of_the_unit_rows() -> None:
    """With a rate of next to nothing it projects onto them, with or without a hidden layer."""
    rows = _rows()
    start = principal_projection.fit(_training(unit(rows)), principal_projection.Params(dims=4), 0)
    expected = start.decode(start.encode(unit(rows)))
    for hidden in (0, 8):
        codec = _fit(rows, rate=1e-12, hidden=hidden)
        np.testing.assert_allclose(codec.decode(codec.encode(rows)), expected, atol=1e-5)


def test_lengths_of_inputs_do_not_matter() -> None:
    """The teacher ranks by cosine: rows three times as long, in training and after it, map to the same."""
    short, long = _fit(_rows()), _fit(_rows() * 3)
    expected = short.decode(short.encode(_rows()))
    np.testing.assert_allclose(long.decode(long.encode(_rows() * 3)), expected, atol=1e-5)


@pytest.mark.parametrize("params", [{}, {"hard_negatives": 0}, {"hidden": 32, "steps": 200}])
def test_a_student_finds_more_neighbours_of_held_out_words_than_simpler_maps(params: dict[str, Any]) -> None:
    """Of real vectors that it has not seen it keeps more of the ten nearest in 16 dimensions."""
    train, held_out = _words()
    trained = student.fit(_training(train), Params(dims=16, **params), 0)
    for simpler in (pca, principal_projection):
        linear = simpler.fit(_training(train), simpler.Params(dims=16), 0)
        assert _overlap(linear, held_out) + 0.002 < _overlap(trained, held_out)
    assert {0.0} == set(trained.history["collapse_suspect"])


def test_hard_negatives_help_with_words() -> None:
    """In 32 dimensions more neighbours of held-out words are kept with them than without, of one seed."""
    train, held_out = _words()
    without, with_them = (student.fit(_training(train), Params(dims=32, hard_negatives=n), 0) for n in (0, 4))
    assert _overlap(without, held_out) + 0.003 < _overlap(with_them, held_out)


def test_a_hidden_layer_keeps_more_of_the_rows_it_is_trained_on() -> None:
    """It has more freedom than the linear map alone, and starts where that starts."""
    train, _ = _words()
    linear, deep = (_fit(train, dims=8, steps=100, batch=64, rate=3e-3, hidden=units) for units in (0, 128))
    assert _overlap(linear, train) + 0.03 < _overlap(deep, train)
    assert ["0", "1", "2", "3", "4"] == list(deep.state())


def test_weight_decay_shortens_the_map() -> None:
    """AdamW takes rate times decay off each weight a step: 0.5 of them are left of 100 steps at 0.007."""
    free, decayed = (_fit(steps=100, schedule="constant", rate=7e-5, weight_decay=w) for w in (0, 100))
    assert pytest.approx(0.993**100, abs=0.05) == np.linalg.norm(decayed.weights[0]) / np.linalg.norm(
        free.weights[0]
    )


def test_bf16_on_a_cpu_learns_nearly_the_same() -> None:
    """Products of half precision change the weights, and next to nothing of what is found."""
    train, held_out = _words()
    full, half = (_fit(train, dims=16, steps=30, batch=64, amp=amp) for amp in ("none", "bf16"))
    assert not np.array_equal(full.weights[0], half.weights[0])
    assert pytest.approx(_overlap(full, held_out), abs=0.02) == _overlap(half, held_out)
    assert {np.dtype(np.float32)} == {array.dtype for array in half.weights}


# -- History and collapse ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expected"), [(3, [1, 2, 3]), (45, [*range(3, 46, 3)]), (41, [*range(3, 40, 3), 41])]
)
def test_history_has_about_twenty_checkpoints_and_the_end(steps: int, expected: list[int]) -> None:
    """Every twentieth of the steps, rounded up, and the last step, with seven quantities each."""
    history = _fit(steps=steps).history
    assert expected == history["step"]
    quantities = ["step", "loss", "norm_mean", "norm_std", "cosine_mean", "cosine_std", "collapse_suspect"]
    assert quantities == list(history)
    assert {len(expected)} == {len(values) for values in history.values()}


def test_the_same_seed_has_the_same_history_and_a_restored_codec_none() -> None:
    """What is seen while training is no part of the codec's state."""
    first, second = _fit(hidden=3), _fit(hidden=3)
    assert first.history == second.history
    assert first.history != _fit(hidden=3, seed=6).history
    assert {} == student.restore(first.state(), Params(dims=4)).history


def test_training_that_collapses_says_so() -> None:
    """Two anchors a step at a rate that is far too high bring real words into one narrow cone."""
    train, held_out = _words()
    good = _fit(train, dims=8, steps=60, batch=64)
    collapsed = _fit(train, dims=8, steps=60, batch=2, hard_negatives=0, rate=10, schedule="constant")
    assert {0.0} == set(good.history["collapse_suspect"])
    assert {1.0} == set(collapsed.history["collapse_suspect"])
    assert collapsed.history["cosine_mean"][-1] > 0.9
    assert _overlap(collapsed, held_out) < 0.5 * _overlap(good, held_out)


# -- Errors --------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:(invalid value|overflow) encountered in matmul:RuntimeWarning")
def test_training_that_overflows_is_an_error_and_no_codec() -> None:
    """Weight decay of 100,000,000 times the weights overflows, and the next checkpoint raises."""
    with pytest.raises(InputError, match=r"not finite at step \d+, expected finite numbers"):
        _fit(rate=100, weight_decay=1e6, steps=10)


def test_rows_have_to_be_more_than_the_ranks_drawn_from() -> None:
    """Hard negatives need the whole tail, positives alone eleven rows."""
    with pytest.raises(InputError, match="student: found 60 training vectors, expected more than 100"):
        _fit(_rows(60))
    _fit(_rows(60), hard_negatives=0)
    with pytest.raises(InputError, match="student: found 10 training vectors, expected more than 10"):
        _fit(_rows(10), hard_negatives=0)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"tail_from": 30, "tail_to": 29}, "found tail_from = 30, expected at most tail_to = 29"),
        ({"tail_from": 10}, "greater than 10"),
        ({"positives": 11}, "less than or equal to 10"),
        ({"warmup": 401}, "found warmup = 401, expected at most steps = 400"),
        ({"schedule": "step"}, "'constant', 'linear' or 'cosine'"),
        ({"mix_random_ratio": 1.5}, "less than or equal to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(params: dict[str, Any], message: str) -> None:
    """Before any row is read, and with the value that was found."""
    with pytest.raises(ValidationError, match=message):
        Params(dims=2, **params)


def test_fp16_on_a_cpu_is_refused_before_training() -> None:
    """The error names what the device can do."""
    with pytest.raises(InputError, match="student: found amp = 'fp16' on cpu, expected none or bf16"):
        _fit(amp="fp16", steps=10**9)


def test_a_device_that_is_not_the_runs_is_refused_before_training() -> None:
    """Whether the machine has it or not."""
    with pytest.raises(InputError, match="student: found device = 'cuda' in a run on cpu, expected --device"):
        _fit(device="cuda", steps=10**9)


def test_a_run_on_the_cpu_trains_there_whatever_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """By either name, to the same bytes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert _fit(device="cpu").weights[0].tobytes() == _fit(device="auto").weights[0].tobytes()
