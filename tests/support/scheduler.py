"""A scheduler of dask on loopback, and workers that the command starts in forks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.forks import Forks, Started
from support.many_cells import wait_for

COMMAND = (sys.executable, "-m", "distributed.cli.dask_scheduler")
LOOPBACK = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0", "--no-dashboard")


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """Yield the address of a scheduler that ends with the block; its workers end with it."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*COMMAND, *LOOPBACK, "--scheduler-file", str(file)], cwd=folder, **quiet)
    try:
        wait_for(lambda: file.is_file() and file.read_text("utf-8").endswith("}"))
        yield json.loads(file.read_text("utf-8"))["address"]
    finally:
        process.terminate()
        process.wait()


def start_workers(forks: Forks, address: str, count: int, folder: Path, kill_at: str = "") -> list[Started]:
    """Start workers, and return them when the scheduler has them; ``kill_at`` as ``Forks.start`` takes it."""
    command = ("worker", "--scheduler", address)
    workers = [forks.start(*command, cwd=folder, kill_at=kill_at) for _ in range(count)]
    for worker in workers:
        log = worker.folder / "stderr"
        wait_for(lambda log=log: log.is_file() and "Registered to" in log.read_text("utf-8"))
    return workers
