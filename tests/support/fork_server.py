"""Runs the command in forks of this process, one for each line of JSON on standard input.

A line has arguments, a folder, environment variables, and what ends the run early (0: nothing); or the number
of a process to wait for. What every run imports is imported here, once.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import distributed  # noqa: F401 - what runs import, imported before they fork
import faiss  # noqa: F401
import pyarrow.parquet  # noqa: F401
import rich.console
import rich.progress  # noqa: F401
import scipy.stats  # noqa: F401
import threadpoolctl  # noqa: F401
import torch

from harness import cli
from harness.planning import registry


def warm() -> None:
    """Import every plug-in, and have torch import what its optimizers do."""
    for kind in registry.KINDS:
        for name in registry.names(kind):
            registry.load(kind, name, "here")
    weight = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.Adam([weight], fused=True)
    weight.sum().backward()
    optimizer.step()


def run(job: dict[str, Any]) -> int:
    """Run the command in this process as a job says, and return its exit status."""
    os.chdir(job["cwd"])
    sys.path[0] = ""  # the current folder, as of python -m harness
    os.environ.update(job["env"])
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    if job["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    signal.alarm(job["seconds"])
    kill_at_write(job["kill"], job["kill_at"])
    sys.argv = ["harness", *job["args"]]
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    except BaseException:  # noqa: BLE001 - as Python itself ends
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def kill_at_write(number: int, named: str) -> None:
    """Have this process killed when it writes its ``number``-th file, with 0 never, or one ``named`` so.

    ``named`` is a part of the path; with an empty one only ``number`` counts.
    """
    writes, sync = 0, os.fsync

    def count(file: int) -> None:
        nonlocal writes
        writes += 1
        if writes == number or (named and named in str(Path(f"/proc/self/fd/{file}").readlink())):
            os.kill(os.getpid(), signal.SIGKILL)
        sync(file)

    os.fsync = count  # type: ignore[assignment]


def serve() -> None:
    """Fork for each line and print the process, or wait for the one that the line names; print its status."""
    for line in sys.stdin:
        job = json.loads(line)
        if "wait" in job:
            print(os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1]), flush=True)  # noqa: T201
            continue
        if child := os.fork():
            print(child, flush=True)  # noqa: T201
            continue
        status = run(job)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # without tearing down what was imported, which takes longer than a run


if __name__ == "__main__":
    warm()
    serve()
