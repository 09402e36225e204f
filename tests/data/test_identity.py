"""Which rows are the same: copies of vectors against different rows, in blocks, and at the bound."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from harness.data import identity, near_rows
from harness.data.identity import COPY, copies, numbers
from harness.types import Floats, PairSet

NO_PAIRS = np.empty((0, 2), np.int64)


def rows(n: int, dimension: int, seed: int = 0) -> Floats:
    """Return random unit vectors."""
    x = np.random.default_rng(seed).standard_normal((n, dimension))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def of_rows(x: Floats) -> PairSet:
    """Return a set of vectors."""
    return PairSet("vectors", None, x, NO_PAIRS, None, {})


def of_texts(*texts: str) -> PairSet:
    """Return a set of texts."""
    return PairSet("texts", texts, None, NO_PAIRS, None, {})


def bfloat16(x: Floats) -> Floats:
    """Return ``x`` rounded to 8 significant bits."""
    bits = x.view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return rounded.astype(np.uint32).view(np.float32)


def noisy(x: Floats, size: float) -> Floats:
    """Return ``x`` with Gaussian noise added to each component."""
    noise = np.random.default_rng(5).standard_normal(x.shape)
    return (x + size * noise).astype(np.float32)


COPIES = {
    "as they are": lambda x: x.copy(),
    "scaled": lambda x: 3 * x,
    "float16": lambda x: x.astype(np.float16).astype(np.float32),
    "bfloat16": bfloat16,
    "four decimals": lambda x: np.round(x, 4),
    "noise of 1e-5": lambda x: noisy(x, 1e-5),
    "noise of 1e-4": lambda x: noisy(x, 1e-4),
}


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("dimension", [32, 384, 3072])
def test_a_copy_has_the_number_of_its_row_and_no_other_row_has(kind: str, dimension: int) -> None:
    """Rounded, scaled, or embedded a second time: 60 rows and their copies are 60 rows."""
    x = rows(60, dimension)
    one, other = numbers(of_rows(x), of_rows(np.asarray(COPIES[kind](x), np.float32)))
    assert one.tolist() == other.tolist()
    assert 60 == len(set(one.tolist()))


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("name", ["openai-ada-002", "esm2-8m-peptides"])
@pytest.mark.mirror
def test_real_rows_have_copies_and_no_others(mirror: Path, name: str, kind: str) -> None:
    """The bound stands between copies and the nearest different rows of both spaces."""
    x = np.load(mirror / name / "embeddings.npy")
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)[:2000]
    one, other = numbers(of_rows(x), of_rows(np.asarray(COPIES[kind](x), np.float32)))
    assert one.tolist() == other.tolist()
    assert len(x) == len(set(one.tolist()))


@pytest.mark.parametrize(("times", "same"), [(1 - 1e-3, True), (1 + 1e-3, False)])
@pytest.mark.parametrize("dimension", [8, 1536])
def test_the_bound_parts_rows_that_stand_just_inside_and_outside(
    dimension: int, times: float, *, same: bool
) -> None:
    """At a thousandth of the bound's angle: a product in float32 alone could not tell."""
    angle = times * math.acos(COPY)
    x = np.zeros((2, dimension), np.float32)
    x[0, 0], x[1, :2] = 1, [math.cos(angle), math.sin(angle)]
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((dimension, dimension)))[0]
    turned = (x.astype(np.float64) @ turn).astype(np.float32)
    assert [0, 0 if same else 1] == copies(turned).tolist()


def test_a_cosine_as_near_to_the_bound_as_rounding_is_computed_from_exact_sums(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pair whose cosine is the bound itself reaches it, in whatever order a library adds."""
    x = rows(2, 500)
    exact = math.fsum(float(a) * float(b) for a, b in zip(x[0], x[1], strict=True))
    norms = [math.fsum(float(a) ** 2 for a in row) for row in x]
    monkeypatch.setattr(near_rows, "COPY", exact / math.sqrt(norms[0] * norms[1]) * (1 - 1e-15))
    assert [True] == near_rows.are_copies(x, np.array([1]), x, np.array([0])).tolist()
    turned = x[:, ::-1].copy()
    assert [True] == near_rows.are_copies(turned, np.array([1]), turned, np.array([0])).tolist()
    monkeypatch.setattr(near_rows, "COPY", near_rows.COPY * (1 + 1e-14))
    assert [False] == near_rows.are_copies(x, np.array([1]), x, np.array([0])).tolist()
    assert [False] == near_rows.are_copies(turned, np.array([1]), turned, np.array([0])).tolist()


def test_blocks_find_what_comparing_every_row_with_every_other_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups across tiles, of many rows, that meet late, are one; their number is that of the first row."""
    x = rows(70, 16)
    rng = np.random.default_rng(7)
    shuffled = noisy(np.concatenate([x, x[:30], x[:30], x[5:6].repeat(20, axis=0)]), 1e-4)
    shuffled = shuffled[rng.permutation(len(shuffled))]
    unit = shuffled.astype(np.float64) / np.linalg.norm(shuffled.astype(np.float64), axis=1, keepdims=True)
    expected = (unit @ unit.T >= COPY).argmax(axis=1)
    monkeypatch.setattr(identity, "_TILE", 16)
    monkeypatch.setattr(near_rows, "_PART", 8)
    monkeypatch.setattr(identity, "_answers", {})
    assert expected.tolist() == copies(shuffled).tolist()


def test_copies_of_copies_are_copies() -> None:
    """Four rows a step of 0.008 apart: first and last are no copies, and one group all the same."""
    angles = 0.008 * np.array([3, 0, 2, 1])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert [0, 0, 0, 0] == copies(x).tolist()
    assert [0, 1, 1] == copies(x[[0, 1, 3]]).tolist()


def test_thousands_of_rows_that_are_all_alike_are_one_row() -> None:
    """Every pair of them is a candidate: memory stays small, and time too."""
    assert {0} == set(copies(noisy(rows(1, 24).repeat(2500, axis=0), 1e-5)).tolist())


def test_a_large_set_of_rows_that_are_all_alike_needs_no_square_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 750,000 pairs of copies, which are one row, none is held for long."""
    monkeypatch.setattr(identity, "BLOCK_ROWS", 1_000)
    monkeypatch.setattr(near_rows, "_CANDIDATES", 2**14)
    noise = np.random.default_rng(4).standard_normal((2_500, 16))
    large = (np.linspace(1, 2, 16) + 1e-6 * noise).astype(np.float32)
    small = large[:300] * np.float32(1.0001)
    no_pairs = np.empty((0, 2), np.int64)
    sets = [PairSet(name, None, x, no_pairs, None, {}) for name, x in (("a", large), ("b", small))]
    tracemalloc.start()
    both = np.concatenate(numbers(*sets))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 1 == len(np.unique(both))
    assert peak < 20_000_000


def test_texts_and_vectors_and_other_dimensions_are_never_the_same() -> None:
    """Each has numbers of its own; texts are one where their normal form is."""
    x = rows(2, 4)
    numbered = numbers(
        of_texts("a", "B", "A "), of_rows(x), of_rows(rows(2, 6)), of_texts("b\u200b"), of_rows(2 * x)
    )
    assert [[0, 1, 0], [2, 3], [4, 5], [1], [2, 3]] == [own.tolist() for own in numbered]


def test_a_row_without_direction_is_the_same_as_its_bytes_alone() -> None:
    """Zeros have no cosine; readers refuse them, a caller of the function need not."""
    x = np.array([[0, 0], [1, 0], [0, 0], [1, 1e-9]], np.float32)
    assert [0, 1, 0, 1] == numbers(of_rows(x))[0].tolist()
