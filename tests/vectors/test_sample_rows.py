"""A sample of rows: uniform, the same for the same seed, and never with all rows in memory."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from support.vector_files import WRITERS
from support.vectors import random_floats

from harness.numerics.seeding import seeded_generator
from harness.vectors.opening import open_vectors
from harness.vectors.reading import read_vectors, sample_rows
from harness.vectors.source import Piece, VectorSource

X = random_floats(300, 4)


def source_of(tmp_path: Path, name: str = "a.npy") -> VectorSource:
    """Return the vectors of a file that is written."""
    WRITERS[name](tmp_path / name, X)
    return open_vectors(str(tmp_path / name))


@pytest.mark.parametrize("name", ["a.npy", "a.jsonl", "groups.parquet", "a.npz"])
def test_a_sample_is_the_same_in_every_format_and_in_blocks_of_any_size(tmp_path: Path, name: str) -> None:
    """Rows in the order of the file, each once, with their vectors."""
    expected = sample_rows(source_of(tmp_path), 40, 7)
    source = source_of(tmp_path, name)
    small = dataclasses.replace(source, pieces=lambda start, size: source.pieces(start, min(size, 11)))
    for actual in (sample_rows(source, 40, 7), sample_rows(small, 40, 7)):
        assert expected.rows.tolist() == actual.rows.tolist()
        assert 40 == len(set(actual.rows.tolist()))
        np.testing.assert_array_equal(X[actual.rows], actual.vectors)


def test_another_seed_takes_other_rows_and_many_take_all(tmp_path: Path) -> None:
    """More rows than there are: those of the file."""
    source = source_of(tmp_path)
    assert sample_rows(source, 40, 0).rows.tolist() != sample_rows(source, 40, 1).rows.tolist()
    whole = read_vectors(source)
    for count in (300, 1_000):
        sample = sample_rows(source, count, 0)
        np.testing.assert_array_equal(whole.rows, sample.rows)
        np.testing.assert_array_equal(whole.vectors, sample.vectors)


def test_every_row_is_as_likely_as_any_other(tmp_path: Path) -> None:
    """Counts over 400 seeds against a chi-squared distribution; broken rows are never taken."""
    x = X[:40].copy()
    x[[0, 17]] = 0
    np.save(tmp_path / "a.npy", x)
    source = open_vectors(str(tmp_path / "a.npy"))
    counts = np.zeros(40, int)
    for seed in range(400):
        counts[sample_rows(source, 10, seed, drop_broken=True).rows] += 1
    assert (0, 0, 4_000) == (counts[0], counts[17], counts.sum())
    rows = np.delete(counts, [0, 17])
    assert stats.chisquare(rows).pvalue > 0.01


def test_memory_follows_the_sample_and_not_the_file(tmp_path: Path) -> None:
    """A file of 256 MB, of which 1,000 rows are taken in blocks of 2 MB."""
    np.save(tmp_path / "a.npy", np.ones((2**19, 128), np.float32))
    source = open_vectors(str(tmp_path / "a.npy"))

    def pieces(start: int, _size: int) -> Iterator[Piece]:
        return source.pieces(start, 4_096)

    tracemalloc.start()
    sample = sample_rows(dataclasses.replace(source, pieces=pieces), 1_000, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (1_000, 128) == sample.vectors.shape
    assert peak < 24 * 2**20


def test_progress_counts_the_rows_that_were_read(tmp_path: Path) -> None:
    """Up to all of them, broken ones included."""
    calls: list[tuple[int, int]] = []
    read_vectors(source_of(tmp_path), on_rows=lambda done, of: calls.append((done, of)))
    sample_rows(source_of(tmp_path), 5, 0, on_rows=lambda done, of: calls.append((done, of)))
    assert [(300, 300), (300, 300)] == calls


def test_the_sample_is_the_rows_of_the_smallest_keys(tmp_path: Path) -> None:
    """Of more blocks than the sample fills at once: sorting all keys gives the same rows, in their order."""
    vectors = np.random.default_rng(3).standard_normal((70_000, 300)).astype(np.float32)
    np.save(tmp_path / "rows.npy", vectors)
    keys = seeded_generator("sample of rows, seed 5").random(len(vectors))
    for count in (10, 30_000, 69_999):
        sample = sample_rows(open_vectors(str(tmp_path / "rows.npy")), count, 5)
        expected = np.sort(np.argsort(keys)[:count])
        assert expected.tolist() == sample.rows.tolist()
        np.testing.assert_array_equal(vectors[expected], sample.vectors)
