"""Runs on a scheduler of dask with workers in processes of their own, some of them killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from support.forks import Forks
from support.many_cells import CELLS, RESULT, evidence, write_many_cells
from support.scheduler import scheduler, start_workers

WORKERS, KILLED = 4, 2


def _run(address: str) -> tuple[str, ...]:
    return ("run", "suites/mine.toml", "--executor", "dask", "--scheduler", address)


def test_workers_that_are_killed_lose_nothing(tmp_path: Path, forks: Forks) -> None:
    """Of four workers two die by SIGKILL in mid-run: the others run their cells, and no byte differs."""
    local, root = write_many_cells(tmp_path / "local"), write_many_cells(tmp_path / "cluster")
    assert 0 == forks.run("run", "suites/mine.toml", "--jobs", "1", cwd=local).returncode
    with scheduler(tmp_path) as address:
        workers = start_workers(forks, address, KILLED, tmp_path, kill_at=RESULT)
        workers += start_workers(forks, address, WORKERS - KILLED, tmp_path)
        done = forks.run(*_run(address), cwd=root)
    ended = [forks.wait(worker).returncode for worker in workers]
    assert (0, f"mine: {CELLS} run, 0 done before, 0 blocked\n") == (done.returncode, done.stdout)
    assert [-signal.SIGKILL] * KILLED + [0] * (WORKERS - KILLED) == ended
    assert evidence(local / "out") == evidence(root / "out")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--executor", "dask"), "--executor: found dask, --scheduler: found None, expected processes, or"),
        (("--scheduler", "tcp://127.0.0.1:1"), "--executor: found processes, --scheduler: found tcp://"),
        (("--executor", "ray", "--scheduler", "x"), "--executor: found ray, --scheduler: found x, expected"),
        (
            ("--executor", "dask", "--scheduler", "x://y"),
            "--scheduler: x://y: found no scheduler that answers",
        ),
    ],
)
def test_another_executor_is_refused_in_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path, forks: Forks
) -> None:
    """The error says what is expected, and nothing is left behind."""
    root = write_many_cells(tmp_path / "here")
    done = forks.run("run", "suites/mine.toml", *arguments, cwd=root)
    assert (2, "") == (done.returncode, done.stdout)
    assert message in done.stderr
    assert 1 == done.stderr.count("\n")
    assert not (root / "out").exists()
