"""Several lenses: their targets, their start and their loss, each against its definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.vectors import random_floats

from harness.compressors import lens_ensemble
from harness.compressors.lens_ensemble import Params
from harness.errors import InputError
from harness.types import Training

ROWS, D, MEMBERS, PAIRS = 60, 8, 3, 20


def _training() -> Training:
    """Return rows, and pairs of them with scores."""
    rng = np.random.default_rng(1)
    return Training(random_floats(ROWS, D), rng.integers(ROWS, size=(PAIRS, 2)), rng.random(PAIRS))


def _cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return (left * right).sum(axis=-1) / np.linalg.norm(left, axis=-1) / np.linalg.norm(right, axis=-1)


@pytest.mark.parametrize(("human", "shares"), [(0.0, [1.0]), (0.25, [0.75, 0.25]), (1.0, [1.0])])
def test_targets_are_cosines_and_scores_by_their_shares(human: float, shares: list[float]) -> None:
    """A target without a share is left out."""
    train = _training()
    targets = lens_ensemble._targets(train, Params(dims=4, human_weight=human), "cpu")
    assert shares == [share for share, _ in targets]
    a, b = train.vectors.astype(float)[train.pairs.T]
    expected = {0.0: [_cosines(a, b)], 1.0: [train.gold]}.get(human, [_cosines(a, b), train.gold])
    for goal, (_, target) in zip(expected, targets, strict=True):
        np.testing.assert_allclose(goal, target.numpy(), atol=1e-6)


def test_the_loss_is_one_less_the_correlation_of_each_member_and_goal() -> None:
    """Against numpy.corrcoef, with the shares of the goals."""
    mapped, goals = random_floats(MEMBERS, 2 * PAIRS, 4), random_floats(2, MEMBERS, PAIRS)
    after = _cosines(*np.split(mapped.astype(float), 2, axis=1))
    expected = sum(
        share * (1 - np.corrcoef(after[i], goal[i])[0, 1])
        for share, goal in zip((0.7, 0.3), goals, strict=True)
        for i in range(MEMBERS)
    )
    shared = [(share, torch.tensor(goal)) for share, goal in zip((0.7, 0.3), goals, strict=True)]
    actual = lens_ensemble._loss(torch.tensor(mapped), shared)
    np.testing.assert_allclose(expected, actual.item(), rtol=1e-5)


def test_every_member_begins_with_the_principal_axes_around_the_mean() -> None:
    """The mean is mapped to 0, and without dropout all members are the same map."""
    train, params = _training(), Params(dims=4, members=MEMBERS, dropout=0)
    weights, bias = lens_ensemble._from_principal_axes(train, params, "cpu")
    rows = torch.tensor(train.vectors.mean(axis=0)).expand(MEMBERS, 1, D)
    mapped = lens_ensemble._mapped(rows, weights, bias, params, torch.Generator().manual_seed(0))
    np.testing.assert_allclose(np.zeros((MEMBERS, 1, 4)), mapped.detach().numpy(), atol=1e-5)
    assert (weights == weights[:1]).all()


def test_training_lowers_the_loss_and_a_seed_decides_it() -> None:
    """Equal seeds give equal bytes, others another map."""
    train = _training()
    params = Params(dims=4, members=MEMBERS, steps=100, batch=PAIRS, dropout=0, human_weight=1)
    first, again, other = (lens_ensemble.fit(train, params, seed) for seed in (1, 1, 2))
    assert first.weights.tobytes() == again.weights.tobytes()
    assert first.weights.tobytes() != other.weights.tobytes()
    start = lens_ensemble.fit(train, params.model_copy(update={"steps": 1, "rate": 1e-9}), 1)
    before, after = (_correlation(train, fitted) for fitted in (start, first))
    assert after > before + 0.1


def _correlation(train: Training, fitted: lens_ensemble.Affine) -> float:
    a, b = (train.vectors @ fitted.weights + fitted.bias)[train.pairs.T]
    assert train.gold is not None
    return float(np.corrcoef(_cosines(a, b), train.gold)[0, 1])


def test_without_scores_there_is_nothing_to_train_on() -> None:
    """Pairs alone do not do."""
    train = _training()
    with pytest.raises(InputError, match="lens-ensemble: found no pairs with human scores"):
        lens_ensemble.fit(Training(train.vectors, train.pairs, None), Params(dims=4), 0)
