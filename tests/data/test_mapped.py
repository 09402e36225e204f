"""Large files of vectors: mapped, checked by blocks, and the same rows as those that are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.data import mapped as module
from harness.data import vector_files
from harness.data.mapped import mapped
from harness.data.vector_files import Rows, read_vectors
from harness.errors import InputError
from harness.types import Floats


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of more than 50 rows are large, and are checked and copied 16 rows at a time."""
    for one in (module, vector_files):
        monkeypatch.setattr(one, "BLOCK_ROWS", 50)
        monkeypatch.setattr(one, "_PART", 16)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "store"))


def saved(path: Path, rows: Floats) -> Path:
    """Write ``rows`` and return the path."""
    np.save(path, rows)
    return path


def rows_of(n: int) -> Floats:
    """Return random vectors."""
    return np.random.default_rng(n).standard_normal((n, 4)).astype(np.float32)


@pytest.mark.parametrize("name", ["a.npy", "A.NPY"])
def test_a_large_file_is_mapped_and_nothing_can_change_it(name: str, tmp_path: Path) -> None:
    """Float32 row by row, whatever the case of its ending."""
    rows = rows_of(80)
    actual = mapped(saved(tmp_path / "x.npy", rows).rename(tmp_path / name))
    assert isinstance(actual, np.memmap)
    assert (rows.tobytes(), False) == (actual.tobytes(), actual.flags.writeable)


@pytest.mark.parametrize(
    "rows",
    [rows_of(50), rows_of(80).astype(np.float64), np.asfortranarray(rows_of(80)), rows_of(80)[:, 0]],
)
def test_any_other_array_is_read(rows: Floats, tmp_path: Path) -> None:
    """Few rows, other numbers, column by column, no matrix."""
    assert mapped(saved(tmp_path / "a.npy", rows)) is None


def test_a_file_that_is_cut_or_no_array_is_left_to_the_reader(tmp_path: Path) -> None:
    """It says what is wrong, as of a small file."""
    path = saved(tmp_path / "a.npy", rows_of(80))
    path.write_bytes(path.read_bytes()[:-1])
    (tmp_path / "b.npy").write_bytes(b"no array")
    for name in ("a.npy", "b.npy", "missing.npy"):
        assert mapped(tmp_path / name) is None
    with pytest.raises(InputError, match="expected as many bytes as it declares"):
        read_vectors(path, "x", {}, Rows())


@pytest.mark.parametrize(("value", "problem"), [(np.nan, "row 70 has NaN"), (0, "row 70 is a zero vector")])
def test_a_bad_row_is_named_by_its_number_in_the_file(value: float, problem: str, tmp_path: Path) -> None:
    """Whichever block it is in."""
    rows = rows_of(80)
    rows[70] = value
    with pytest.raises(InputError, match=problem):
        read_vectors(saved(tmp_path / "a.npy", rows), "x", {}, Rows())


@pytest.mark.parametrize(
    "taken",
    [Rows(), Rows(pairs=2), Rows(array="rows"), Rows(part="train", share=0.3), Rows(part="test", share=0.3),
     Rows(limit=70, seed=3)],
)  # fmt: skip
def test_a_large_file_has_the_sets_of_one_that_is_read(
    taken: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, pairs and their numbers; a large part lies in the store, a small one in memory."""
    path = saved(tmp_path / "a.npy", rows_of(100))
    large = read_vectors(path, "x", {"sha256": "…", "rows": taken.identity()}, taken)
    monkeypatch.setattr(module, "BLOCK_ROWS", 1000)
    read = read_vectors(path, "x", {}, taken)
    assert large.vectors is not None
    assert read.vectors is not None
    assert read.vectors.tobytes() == large.vectors.tobytes()
    assert read.pairs.tolist() == large.pairs.tolist()
    assert (read.index is None) == (large.index is None)
    assert (len(large.vectors) > 50) == isinstance(large.vectors, np.memmap)
