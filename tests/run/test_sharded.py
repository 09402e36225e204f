"""Shards of a run in processes of their own, some of them killed: the evidence is that of a single run."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from support.forks import Forks, Started
from support.many_cells import CELLS, RESULT, evidence, leases_of_cells, wait_for, write_many_cells

from harness.cli import measuring
from harness.errors import RunError
from harness.planning.status import Entry
from harness.run.sharded import LEASES

SHARDS, KILLED = 16, 3
LEASE = "3s"


@pytest.fixture(scope="module")
def reference(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the suite has been run by one process; tests leave it as it is."""
    root = write_many_cells(tmp_path_factory.mktemp("reference") / "here")
    done = forks.run("run", "suites/mine.toml", "--jobs", "1", cwd=root)
    assert (0, "") == (done.returncode, "" if done.returncode == 0 else done.stderr)
    return root


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Return a folder with the suite and nothing run."""
    return write_many_cells(tmp_path / "fresh")


def _start(forks: Forks, root: Path, shard: str, lease: str = LEASE, kill_at: str = "") -> Started:
    arguments = ("--jobs", "1", "--shard", shard, "--lease", lease)
    return forks.start("run", "suites/mine.toml", *arguments, cwd=root, kill_at=kill_at)


def _ran(stdout: str) -> int:
    return int(re.findall(r"^shard \d+/\d+: (\d+) cells run here", stdout, re.MULTILINE)[0])


def _pids(root: Path, states: set[str]) -> set[int]:
    """Return the processes whose leases of cells are in one of some states."""
    return {x.note["pid"] for x in leases_of_cells(root / "out") if x.state in states and "pid" in x.note}


def _stopped(root: Path, pid: int) -> bool:
    """Stop a process if it runs cells, and return whether it does."""
    if pid not in _pids(root, {"held"}):
        return False
    os.kill(pid, signal.SIGSTOP)
    if pid in _pids(root, {"held"}):
        return True
    os.kill(pid, signal.SIGCONT)  # it ended its cells in between
    return False


def test_shards_that_are_killed_lose_nothing(reference: Path, fresh: Path, forks: Forks) -> None:
    """Of sixteen shards three die by SIGKILL as they write a result: the others run it, no byte differs."""
    dying = [_start(forks, fresh, f"{i}/{SHARDS}", kill_at=RESULT) for i in range(1, KILLED + 1)]
    wait_for(lambda: {shard.pid for shard in dying} <= _pids(fresh, {"held", "expired"}))
    others = [_start(forks, fresh, f"{i}/{SHARDS}") for i in range(KILLED + 1, SHARDS + 1)]
    assert [-signal.SIGKILL] * KILLED == [forks.wait(shard).returncode for shard in dying]
    assert [0] * (SHARDS - KILLED) == [forks.wait(shard).returncode for shard in others]
    assert evidence(reference / "out") == evidence(fresh / "out")
    assert CELLS == len(list((fresh / "out" / "envelopes").rglob("*.json")))
    assert set() == _pids(fresh, {"held"})


def test_no_cell_is_run_twice(reference: Path, fresh: Path, forks: Forks) -> None:
    """Three shards at the same time run every cell once among them, and write the means."""
    started = [_start(forks, fresh, f"{i}/3", "1m") for i in (1, 2, 3)]
    done = [forks.wait(shard) for shard in started]
    assert [0, 0, 0] == [ended.returncode for ended in done]
    assert CELLS == sum(_ran(ended.stdout) for ended in done)
    assert evidence(reference / "out") == evidence(fresh / "out")
    assert [] == list((fresh / "out" / "leases").iterdir())


def test_leases_are_opened_before_it_is_seen_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else work that ends in between counts as older than the leases, and its shard as not begun."""

    def look(*_: object, **__: object) -> list[Entry]:
        raise RunError(f"leases opened: {(tmp_path / LEASES).is_dir()}")

    monkeypatch.setattr(measuring, "statuses", look)
    with pytest.raises(RunError, match="leases opened: True"):
        measuring.run_(shard="1/2", out=tmp_path)


def test_shards_in_folders_of_their_own_are_joined_by_copying(
    reference: Path, fresh: Path, forks: Forks
) -> None:
    """Jobs of a CI matrix share no folder: each runs its own cells alone, and a last run writes the means."""
    for number in (1, 2):
        arguments = ("--jobs", "1", "--shard", f"{number}/2", "--out", f"out{number}")
        done = forks.run("run", "suites/mine.toml", *arguments, cwd=fresh)
        assert 0 == done.returncode, done.stderr
        assert f"NOT BEGUN  shard {3 - number}/2: {CELLS - _ran(done.stdout)} cells" in done.stdout
        assert not (fresh / f"out{number}" / "means").exists()
        shutil.copytree(fresh / f"out{number}", fresh / "out", dirs_exist_ok=True)
    assert 0 == forks.run("run", "suites/mine.toml", "--jobs", "1", cwd=fresh).returncode
    assert evidence(reference / "out") == evidence(fresh / "out")


def test_a_shard_that_ended_runs_nothing_again(reference: Path, forks: Forks, tmp_path: Path) -> None:
    """It finds every cell done, and writes no result anew."""
    root = tmp_path / "ran"
    shutil.copytree(reference, root)
    results = root / "out" / "results" / "mine"
    before = {path: path.stat().st_mtime_ns for path in results.iterdir()}
    done = forks.run("run", "suites/mine.toml", "--jobs", "1", "--shard", "1/1", cwd=root)
    assert f"shard 1/1: 0 cells run here, {CELLS} done before\n" == done.stdout
    assert before == {path: path.stat().st_mtime_ns for path in results.iterdir()}


def test_a_cell_that_fails_fails_its_shard_alone(fresh: Path, forks: Forks) -> None:
    """Lines name it; the other cells are there, and the means of these, though shards begin one by one."""
    path = fresh / "suites" / "mine.toml"
    text = path.read_text("utf-8")
    assert 1 == text.count("dims = 2,")
    path.write_text(text.replace("dims = 2,", "dims = 2, human_weight = 1.0,"), "utf-8")
    done = forks.run("run", "suites/mine.toml", "--jobs", "1", "--shard", "1/2", cwd=fresh)
    other = forks.run("run", "suites/mine.toml", "--jobs", "1", "--shard", "2/2", cwd=fresh)
    assert 1 in {done.returncode, other.returncode}
    lines = [line for line in (done.stdout + other.stdout).splitlines() if line.startswith("FAILED")]
    assert {f"FAILED   mine: own.train-set.lens-2.s{seed}" for seed in (0, 1, 2)} == {
        ": ".join(line.split(": ")[:2]) for line in lines
    }
    assert CELLS - 3 == len(list((fresh / "out" / "results" / "mine").iterdir()))
    assert (fresh / "out" / "means" / "mine.json").exists()


def test_the_plan_shows_the_split(fresh: Path, forks: Forks) -> None:
    """A line a shard: its parts, its cells and their seconds; then the sum and the longest."""
    done = forks.run("plan", "suites/mine.toml", "--shards", "4", cwd=fresh)
    assert 0 == done.returncode
    assert ["1/4: 5 parts, 5 cells, 5 to do, 31 s"] * 1 == done.stdout.splitlines()[:1]
    assert "125 s in all, 31 s in the longest shard." in done.stdout


def test_the_status_names_what_runs_where(fresh: Path, forks: Forks) -> None:
    """While a shard runs cells, another process sees which, and who; when it is killed, that it is silent."""
    shard = _start(forks, fresh, "1/1")
    pid = shard.pid
    wait_for(lambda: _stopped(fresh, pid))
    running = forks.run("status", cwd=fresh).stdout
    os.kill(pid, signal.SIGKILL)
    forks.wait(shard)
    assert re.search(rf"^RUNNING  shard 1/1 on \S+, process {pid}: mine/own\.", running, re.MULTILINE)
    wait_for(lambda: "SILENT   shard 1/1" in forks.run("status", cwd=fresh).stdout)


@pytest.mark.parametrize(
    "other", [("--force",), ("--executor", "dask"), ("--scheduler", "tcp://127.0.0.1:1")]
)
def test_a_shard_is_neither_forced_nor_spread(other: tuple[str, ...], fresh: Path, forks: Forks) -> None:
    """What is done is all that tells shards what to do, and their processes are those of this machine."""
    done = forks.run("run", "suites/mine.toml", "--shard", "1/2", *other, cwd=fresh)
    assert (2, "") == (done.returncode, done.stdout)
    assert f"--shard: found {other[0]} too, expected one of them" in done.stderr
