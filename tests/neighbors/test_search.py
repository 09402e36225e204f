"""Exact neighbours in parts: those of all rows at once, whoever searched which part."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from support.forks import Forks
from support.scheduler import scheduler, start_workers

from harness.errors import InputError
from harness.neighbors import parts
from harness.neighbors.search import exact_neighbors
from harness.types import Floats

ROWS, QUERIES, DIMENSION, K = 3_000, 20, 8, 10


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with rows and queries, searched in blocks of 50 rows: in four parts."""
    monkeypatch.setattr(parts, "BLOCK_ROWS", 50)
    rng = np.random.default_rng(0)
    np.save(tmp_path / "rows.npy", rng.standard_normal((ROWS, DIMENSION)).astype(np.float32))
    np.save(tmp_path / "queries.npy", rng.standard_normal((QUERIES, DIMENSION)).astype(np.float32))
    return tmp_path


def _search(folder: Path, out: str = "out.npz", k: int = K) -> tuple[int, list[int]]:
    """Search into ``out`` and return the number of rows, and how far the search had come at each report."""
    reports: list[int] = []
    rows, queries = (str(folder / name) for name in ("rows.npy", "queries.npy"))
    store = folder / "store"
    total = exact_neighbors(
        rows, queries, k, folder / out, store, 1, None, lambda done, _: reports.append(done)
    )
    return total, reports


def _cosines(folder: Path) -> Floats:
    unit = []
    for name in ("queries", "rows"):
        x = np.load(folder / f"{name}.npy").astype(np.float64)
        unit.append(x / np.linalg.norm(x, axis=1, keepdims=True))
    return unit[0] @ unit[1].T


def test_they_are_those_of_a_sorted_product(folder: Path) -> None:
    """NumPy sorts all cosines of each query."""
    assert (ROWS, [0, 800, 1600, 2400, 3000]) == _search(folder)
    cosines = _cosines(folder)
    with np.load(folder / "out.npz") as out:
        np.testing.assert_array_equal(np.argsort(-cosines, axis=1)[:, :K], out["rows"])
        expected = -np.sort(-cosines, axis=1)[:, :K]
        np.testing.assert_allclose(out["similarities"], expected, atol=1e-6)
        assert (np.int64, np.float32) == (out["rows"].dtype, out["similarities"].dtype)


def test_more_neighbours_than_a_block_has(folder: Path) -> None:
    """All rows of a block may be among them."""
    _search(folder, k=120)
    with np.load(folder / "out.npz") as out:
        np.testing.assert_array_equal(np.argsort(-_cosines(folder), axis=1)[:, :120], out["rows"])


def test_machines_share_the_parts(folder: Path) -> None:
    """Two that run the same search search each part once; both write the same bytes."""
    counts: dict[str, list[int]] = {}

    def work(name: str) -> None:
        counts[name] = _search(folder, name)[1]

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one.npz", "two.npz")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ROWS == sum(reports[-1] for reports in counts.values())
    assert (folder / "one.npz").read_bytes() == (folder / "two.npz").read_bytes()


def test_what_was_searched_is_not_searched_again(folder: Path) -> None:
    """A search that was interrupted goes on; its bytes are the same."""
    _search(folder)
    before = (folder / "out.npz").read_bytes()
    entries = sorted((folder / "store" / "neighbors").iterdir())
    assert 4 == len(entries)
    entries[2].unlink()
    times = [path.stat().st_mtime_ns for path in entries if path.exists()]
    _search(folder, "again.npz")
    assert before == (folder / "again.npz").read_bytes()
    assert times == [path.stat().st_mtime_ns for path in entries if path != entries[2]]
    assert entries[2].is_file()


def test_a_broken_row_is_named(folder: Path) -> None:
    """In one line, with its number in the file and what is wrong with it."""
    rows = np.load(folder / "rows.npy")
    rows[1234, 3] = np.nan
    np.save(folder / "rows.npy", rows)
    with pytest.raises(
        InputError, match=r"rows\.npy: row 1234: NaN, expected a finite vector with a direction$"
    ):
        _search(folder)
    assert not (folder / "out.npz").exists()


def test_a_search_that_makes_no_sense_is_refused(folder: Path) -> None:
    """Other dimensions, more neighbours than rows, and another ending."""
    with pytest.raises(InputError, match=r"found 3000 rows, expected at least k = 3001$"):
        _search(folder, k=ROWS + 1)
    with pytest.raises(InputError, match=r"out\.npy: found another ending, expected \.npz$"):
        _search(folder, "out.npy")
    np.save(folder / "queries.npy", np.ones((2, DIMENSION + 1), np.float32))
    with pytest.raises(InputError, match=r"queries\.npy: found 9 dimensions, expected 8, as in .*rows\.npy$"):
        _search(folder)


def test_the_workers_of_a_scheduler_find_the_same(tmp_path: Path, forks: Forks) -> None:
    """The command, once in processes of this machine and once on a cluster: the same bytes."""
    rng = np.random.default_rng(1)
    np.save(tmp_path / "rows.npy", rng.standard_normal((500, DIMENSION)).astype(np.float32))
    np.save(tmp_path / "queries.npy", rng.standard_normal((QUERIES, DIMENSION)).astype(np.float32))
    command = ("neighbors", "rows.npy", "queries.npy", "-k", "5", "--jobs", "1")
    local = forks.run(*command, "-o", "local.npz", cwd=tmp_path, env={"HARNESS_CACHE": "local"})
    with scheduler(tmp_path) as address:
        workers = start_workers(forks, address, 1, tmp_path)
        there = ("-o", "there.npz", "--executor", "dask", "--scheduler", address)
        done = forks.run(*command, *there, cwd=tmp_path, env={"HARNESS_CACHE": "there"})
    assert [0, 0, 0] == [ended.returncode for ended in (local, done, forks.wait(workers[0]))]
    assert "there.npz: 5 neighbours among 500 rows, " in done.stdout
    assert (tmp_path / "local.npz").read_bytes() == (tmp_path / "there.npz").read_bytes()
