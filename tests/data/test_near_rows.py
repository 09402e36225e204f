"""Copies between a large set and another one, against comparing every row with every other."""

from __future__ import annotations

import numpy as np
import pytest

from harness.data import identity, near_rows
from harness.data.identity import grouped, is_large, numbers
from harness.data.near_rows import COPY, are_copies, copies_between
from harness.types import Floats, Ints, Mask, PairSet

NO_PAIRS = np.empty((0, 2), np.int64)


def of_rows(x: Floats) -> PairSet:
    """Return a set of vectors."""
    return PairSet("vectors", None, x, NO_PAIRS, None, {})


def at_angles(x: Floats, times: float, seed: int = 0) -> Floats:
    """Return the rows of ``x`` (n, D), each turned by ``times`` the angle of the bound."""
    angle = times * np.arccos(COPY)
    wide = x.astype(np.float64)
    aside = np.random.default_rng(seed).standard_normal(x.shape)
    aside -= (aside * wide).sum(1, keepdims=True) / (wide**2).sum(1, keepdims=True) * wide
    aside *= np.linalg.norm(wide, axis=1, keepdims=True) / np.linalg.norm(aside, axis=1, keepdims=True)
    return (np.cos(angle) * wide + np.sin(angle) * aside).astype(np.float32)


@pytest.mark.parametrize("dimension", [3, 24, 384])
@pytest.mark.parametrize("spread", [0.0, 1.5])
@pytest.mark.parametrize("group", [1, 1_000])
def test_no_copy_is_missed_and_no_other_row_is_taken(
    dimension: int, spread: float, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows a hundredth inside the bound are copies, those a hundredth outside are none, in blocks of 64."""
    monkeypatch.setattr(near_rows, "_BLOCK", 64)
    monkeypatch.setattr(near_rows, "_GROUP", group)
    rng = np.random.default_rng(dimension)
    scales = np.arange(1, dimension + 1) ** -spread
    others = (rng.standard_normal((150, dimension)) * scales).astype(np.float32)
    inside, outside = at_angles(others[:50], 0.99), at_angles(others[50:100], 1.01)
    large = np.concatenate([5 * inside, outside, (rng.standard_normal((99, dimension)) * scales)]).astype(
        np.float32
    )
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (large.astype(float), others.astype(float))]
    expected = np.argwhere(unit[0] @ unit[1].T >= COPY)
    pairs = copies_between(large, others, (np.arange(len(large)), -1 - np.arange(len(others))))
    actual = sorted(zip(pairs[0].tolist(), (-1 - pairs[1]).tolist(), strict=True))
    assert sorted(map(tuple, expected.tolist())) == actual
    assert {(i, i) for i in range(50)} <= set(actual)


def test_candidates_are_held_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 rows and 100 that all are alike are 20,000 pairs, whatever number is held."""
    monkeypatch.setattr(near_rows, "_CANDIDATES", 64)
    x = at_angles(np.ones((300, 12), np.float32), 0.1)
    left, right = copies_between(x[:200], x[200:], (np.arange(200), np.arange(200, 300)))
    assert 20_000 == len(set(zip(left.tolist(), right.tolist(), strict=True)))


def test_of_a_group_one_row_is_compared_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are copies of it take one comparison, whatever the group has; the others find their copy."""
    monkeypatch.setattr(near_rows, "_GROUP", 50)
    compared: list[int] = []

    def counted(a: Floats, left: Ints, b: Floats, right: Ints) -> Mask:
        compared.append(len(left))
        return are_copies(a, left, b, right)

    monkeypatch.setattr(near_rows, "are_copies", counted)
    centre = np.ones((1, 12), np.float32)
    group = np.concatenate([at_angles(np.repeat(centre, 99, axis=0), 0.1), at_angles(centre, 0.9, seed=3)])
    beyond = at_angles(centre, 1.3, seed=3)  # a copy of the last row alone
    large = np.concatenate([at_angles(np.repeat(centre, 200, axis=0), 0.1, seed=1), beyond])
    left, right = copies_between(large, group, (np.arange(201), np.full(100, 500)))
    assert (list(range(201)), {500}) == (left.tolist(), set(right.tolist()))
    assert sum(compared) < 400


def test_rows_of_one_number_are_not_compared() -> None:
    """They are known to be the same."""
    x = np.eye(3, dtype=np.float32)
    left, right = copies_between(x, x, (np.array([5, 6, 7]), np.array([5, 6, 8])))
    assert ([7], [8]) == (left.tolist(), right.tolist())


def large_and_small(monkeypatch: pytest.MonkeyPatch) -> tuple[Floats, Floats]:
    """Return 40 rows that are large by now, and 20: some are copies of one another, or of theirs."""
    monkeypatch.setattr(identity, "BLOCK_ROWS", 30)
    x = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    return np.concatenate([x[:36], at_angles(x[40:42], 0.5), x[3:5]]), np.concatenate([x[40:50], x[30:40]])


def test_a_large_set_has_the_answers_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its copies of itself have the same bytes: then every way of comparing agrees."""
    large, small = large_and_small(monkeypatch)
    expected = grouped(np.concatenate([large, small]))
    own, theirs = numbers(of_rows(large), of_rows(small))
    assert len(set(expected.tolist())) == len({*own.tolist(), *theirs.tolist()})
    actual = np.concatenate([own, theirs])
    assert (expected[:, None] == expected).tolist() == (actual[:, None] == actual).tolist()


def test_a_large_set_has_copies_of_itself_by_bytes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row and its copy in other bytes are two rows, unless a row of another set is a copy of both."""
    large, small = large_and_small(monkeypatch)
    large[39] = at_angles(large[5:6], 0.5)[0]
    (own,) = numbers(of_rows(large))
    assert 39 == len(set(own.tolist()))
    assert own[3] == own[38] != own[39]
    between = at_angles(large[5:6], 0.25)
    own, theirs = numbers(of_rows(large), of_rows(np.concatenate([small, between])))
    assert own[5] == own[39] == theirs[-1]


def test_two_large_sets_are_compared_by_cosine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a test set and a large training split are."""
    large, _ = large_and_small(monkeypatch)
    one, other = numbers(of_rows(large), of_rows(at_angles(large, 0.5)))
    assert one.tolist() == other.tolist()


def test_answers_on_large_sets_are_kept_by_the_sets_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sets are not compared again; others of equal rows are."""
    large, small = large_and_small(monkeypatch)
    sets = of_rows(large), of_rows(small)
    assert is_large(sets[0])
    assert numbers(*sets) is numbers(*sets)
    assert numbers(*sets) is not numbers(of_rows(large), sets[1])
