"""Planted vectors: the first rows of a larger set are those of a smaller one, and none is trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.data.identity import numbers
from harness.sources import planted_vectors
from harness.sources.planted_vectors import BLOCK, Params, generated, read
from harness.types import Floats, PairSet, Place

PLACE = Place(Path(), None, offline=True)


def planted(rows: int, dimension: int = 16, **more: object) -> PairSet:
    """Return a planted set."""
    return read(Params(rows=rows, dimension=dimension, **{"seed": 0, **more}), "x", PLACE)


def vectors(rows: int, dimension: int = 16, **more: object) -> Floats:
    """Return the vectors of a planted set."""
    own = planted(rows, dimension, **more).vectors
    assert own is not None
    return own


def test_the_first_rows_of_a_larger_set_are_a_smaller_one() -> None:
    """To the byte, whether a block ends in between or not."""
    large = vectors(2 * BLOCK + 5)
    for rows in (2, 1000, BLOCK, BLOCK + 1):
        assert large[:rows].tobytes() == vectors(rows).tobytes()


@pytest.mark.parametrize("more", [{"part": "train"}, {"seed": 1}])
def test_another_part_or_seed_has_other_rows(more: dict[str, object]) -> None:
    """None is a copy of another: not within a set, and not of the other part."""
    one, other = numbers(planted(3000, 96), planted(3000, 96, **more))
    assert 6000 == len({*one.tolist(), *other.tolist()})


def test_a_set_that_is_large_lies_in_the_store_and_has_the_same_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is mapped, made once, and made again where its file was cut."""
    expected = vectors(BLOCK + 7)
    monkeypatch.setattr(planted_vectors, "BLOCK_ROWS", BLOCK)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    large = vectors(BLOCK + 7)
    assert isinstance(large, np.memmap)
    assert expected.tobytes() == large.tobytes()
    (file,) = tmp_path.glob("*/*.npy")
    made = file.stat().st_mtime_ns
    assert expected.tobytes() == vectors(BLOCK + 7).tobytes()
    assert made == file.stat().st_mtime_ns
    file.write_bytes(file.read_bytes()[:-1])
    assert expected.tobytes() == vectors(BLOCK + 7).tobytes()


def test_rows_have_length_1_and_the_structure_that_is_promised() -> None:
    """Eigenvalues fall as a power law, and rows have near and less near neighbours."""
    (rows,) = generated(Params(rows=4000, dimension=384, seed=0))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)
    spread = np.linalg.svd(rows - rows.mean(0), compute_uv=False) ** 2
    assert 0.15 < spread[49] / spread[4] < 0.3
    assert 0.03 < spread[299] / spread[49] < 0.08
    similar = rows[:200] @ rows.T
    similar[np.arange(200), np.arange(200)] = -1
    nearest = np.sort(similar, axis=1)[:, ::-1]
    assert 0.55 < nearest[:, 0].mean() < 0.75
    assert 0.35 < nearest[:, 9].mean() < 0.55


def test_a_set_has_pairs_where_they_are_asked_for() -> None:
    """A row each, of graded similarity; without the key there are none."""
    assert (0, 2) == planted(40).pairs.shape
    pairs = planted(40, pairs=2).pairs
    assert [i // 2 for i in range(80)] == pairs[:, 0].tolist()
