"""Blocks and single rows of a matrix are the same in memory and in a file, and leave no pages behind."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.vectors import random_floats

from harness.data.blocks import blocks, take
from harness.errors import InputError
from harness.parallel.memory import memory_of
from harness.parallel.resources import forget_peak_memory
from harness.types import Floats


def mapped(path: Path, rows: Floats) -> Floats:
    """Return ``rows`` as a read-only mapping of a file of NumPy."""
    np.save(path, rows)
    loaded: Floats = np.load(path, mmap_mode="r")
    return loaded


def open_files() -> int:
    """Return how many descriptors this process has, where the system lists them."""
    listed = Path("/proc/self/fd")
    return len(list(listed.iterdir())) if listed.is_dir() else 0


@pytest.mark.parametrize("size", [1, 4, 10, 11])
def test_blocks_are_the_rows_in_order(tmp_path: Path, size: int) -> None:
    """Starts and blocks, one after the other, are the matrix, in memory and in a file."""
    rows = random_floats(10, 3)
    for matrix in (rows, mapped(tmp_path / "rows.npy", rows)):
        starts, parts = zip(*blocks(matrix, size), strict=True)
        assert list(starts) == list(range(0, 10, size))
        assert np.concatenate(parts).tobytes() == rows.tobytes()
        assert all(part.flags.c_contiguous for part in parts)


def test_a_block_of_a_contiguous_matrix_in_memory_is_no_copy() -> None:
    """One block of a set in memory is the set itself."""
    rows = random_floats(10, 3)
    [(_, block)] = blocks(rows)
    assert np.shares_memory(block, rows)


@given(numbers=st.lists(st.integers(0, 19), max_size=30))
def test_rows_are_taken_in_any_order_and_more_than_once(
    numbers: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Taking equals NumPy's indexing, of a file, of a part of a file, and in memory."""
    rows = random_floats(20, 3)
    file = mapped(tmp_path_factory.mktemp("rows") / "rows.npy", np.concatenate([rows[:7], rows]))[7:]
    chosen = np.array(numbers, np.int64)
    for matrix in (rows, file):
        assert take(matrix, chosen).tobytes() == rows[chosen].tobytes()


def test_what_indexing_copied_out_of_a_file_is_read_from_memory(tmp_path: Path) -> None:
    """NumPy calls the copy a mapping as well, but it lies in no file."""
    rows = random_floats(20, 3)
    copied = mapped(tmp_path / "rows.npy", rows)[np.array([3, 1])]
    assert take(copied, np.array([1, 0])).tobytes() == rows[[1, 3]].tobytes()


def test_a_file_cut_short_is_refused_in_a_line(tmp_path: Path) -> None:
    """A mapping would end the process."""
    rows = mapped(tmp_path / "rows.npy", random_floats(20, 3))
    os.truncate(tmp_path / "rows.npy", 200)
    with pytest.raises(InputError, match=r"rows\.npy: the file ends early, expected a file of 20 rows"):
        take(rows, np.array([19]))


def test_a_file_that_takes_the_name_of_a_mapped_one_is_not_read(tmp_path: Path) -> None:
    """Rows are those of the mapping, and its file is closed with it."""
    path, expected = tmp_path / "rows.npy", random_floats(20, 3)
    before = open_files()
    rows = mapped(path, expected)
    assert take(rows, np.array([0])).tobytes() == expected[:1].tobytes()
    np.save(tmp_path / "other.npy", expected + 1)
    (tmp_path / "other.npy").replace(path)
    assert expected[2:].tobytes() == b"".join(part.tobytes() for _, part in blocks(rows[2:], 7))
    del rows
    gc.collect()
    assert before == open_files()


def test_reading_a_file_through_leaves_no_pages_resident(tmp_path: Path) -> None:
    """Most memory rises by a few blocks, far less than the 200 MB of the file."""
    path = tmp_path / "rows.npy"
    file = np.lib.format.open_memmap(path, "w+", np.float32, (50_000, 1_000))  # a hole: nothing is written
    del file
    rows = np.load(path, mmap_mode="r")
    forget_peak_memory()  # of earlier tests
    before = memory_of().peak
    total = sum(float(block.sum()) for _, block in blocks(rows, 1_000))
    assert total == 0
    after = memory_of().peak
    assert before
    assert after
    assert after - before < 50_000_000


@pytest.mark.parametrize("number", [-1, 3])
def test_a_number_that_is_no_rows_is_refused(tmp_path: Path, number: int) -> None:
    """Beside a part of a file lie rows of others."""
    part = mapped(tmp_path / "rows.npy", random_floats(20, 3))[5:8]
    with pytest.raises(IndexError, match=f"found rows {number} to {number}, expected 0 to 2"):
        take(part, np.array([number]))
