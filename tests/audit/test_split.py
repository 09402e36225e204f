"""The split: halves in random order, copies on one side, the same for the same data."""

from __future__ import annotations

import numpy as np
import pytest
from support.vectors import random_floats

from harness.audit import copies as copies_module
from harness.audit.copies import copy_groups
from harness.audit.split import FEWEST, split
from harness.data import identity
from harness.errors import InputError


def test_every_row_is_on_one_side_and_the_seed_decides_which() -> None:
    """Half is fitted on; the corpus is cut to what the time allows."""
    vectors = random_floats(200, 16)
    parts = split(vectors, None, "data", 60, "file")
    together = np.concatenate([parts.train, parts.corpus, parts.unused])
    assert list(range(200)) == sorted(together.tolist())
    assert (100, 60, 40) == (len(parts.train), len(parts.corpus), len(parts.unused))
    again, other = (split(vectors, None, seed, 60, "file") for seed in ("data", "other data"))
    assert parts.train.tolist() == again.train.tolist() != other.train.tolist()
    assert parts.with_corpus(30).corpus.tolist() == parts.corpus[:30].tolist()


def test_copies_never_stand_on_both_sides() -> None:
    """Every row is there twice, once with noise far below what tells rows apart."""
    rows = random_floats(100, 16)
    vectors = np.concatenate([rows, rows * np.float32(1.0001) + np.float32(1e-5)])
    parts = split(vectors, None, "data", 1_000, "file")
    assert not {row % 100 for row in parts.train.tolist()} & {row % 100 for row in parts.corpus.tolist()}
    assert 100 == int((parts.copies != np.arange(200)).sum())


def test_rows_of_a_pair_stay_together_where_pairs_connect_few_rows() -> None:
    """A chain through all rows would leave nothing to split: then only copies stay together."""
    vectors = random_floats(200, 16)
    pairs = np.arange(200).reshape(100, 2)
    parts = split(vectors, pairs, "data", 1_000, "file")
    held_out = np.isin(np.arange(200), parts.corpus)
    assert held_out[pairs[:, 0]].tolist() == held_out[pairs[:, 1]].tolist()
    assert "copies and pairs" == parts.grouping
    chain = np.stack([np.arange(199), np.arange(1, 200)], axis=1)
    assert "copies" == split(vectors, chain, "data", 1_000, "file").grouping


@pytest.mark.parametrize(
    ("vectors", "line"),
    [
        (random_floats(2, 16), "found 2 rows, expected at least 60: half are held out"),
        (np.ones((500, 16), np.float32), "500 of 500 rows are copies of one another"),
    ],
)
def test_too_few_different_rows_are_one_line(vectors: np.ndarray, line: str) -> None:
    """The line names the file and how many rows are needed."""
    with pytest.raises(InputError, match=f"^file: .*{line}"):
        split(vectors, None, "data", 1_000, "file")
    assert 30 == FEWEST


def test_copies_of_many_rows_are_those_of_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates come from a projection here and from every pair there; the groups are the same."""
    rows = random_floats(300, 24)
    near = rows[:80] + np.float32(2e-3) * random_floats(80, 24)
    vectors = np.concatenate([rows, near, rows[:40] * 3])
    expected = identity.copies(vectors)
    monkeypatch.setattr(copies_module, "FEW", 0)
    assert expected.tolist() == copy_groups(vectors).tolist()
    assert 0 < int((expected != np.arange(len(vectors))).sum()) < len(vectors) // 2
