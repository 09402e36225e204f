"""The command ``harness`` in forks of one process that has imported torch and faiss before.

A run then takes a fraction of a second instead of the seconds that imports take. Each fork starts with empty
caches, as a process does; nothing of a run is kept for the next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Forks itself for each line of JSON: arguments, folder, environment, what ends the run early (0: nothing).
SERVER = """
import json, os, resource, signal, sys
import faiss, pyarrow.parquet, rich.console, rich.progress, scipy.stats, threadpoolctl, torch
import harness.run.expectations, harness.console.progress, harness.run.runner, harness.console.show
from harness import cli, plugins

for kind in ("compressors", "encoders", "metrics", "protocols", "sources"):
    for name in plugins.names(kind):
        plugins.load(kind, name, "here")
weight = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.Adam([weight], fused=True)
weight.sum().backward()
optimizer.step()

for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    if job["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    signal.alarm(job["seconds"])
    writes, sync, status = 0, os.fsync, 0

    def kill(file):
        global writes
        writes += 1
        if writes == job["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(file)

    os.fsync = kill
    sys.argv = ["harness", *job["args"]]
    try:
        cli.main()
    except SystemExit as stop:
        status = stop.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # without tearing down what was imported, which takes longer than a run
"""


def environment() -> dict[str, str]:
    """Return what runs inherit: this checkout's code, no mirror, no hub."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    return {**plain, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(Path(__file__).parents[1])}


class Forks:
    """Starts the process that forks itself; has to be closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def run(
        self,
        *args: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        kill: int = 0,
        memory: int = 0,
        seconds: int = 0,
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, or until it is killed before its ``kill``-th file gets its name.

        ``memory`` bounds its address space in bytes, ``seconds`` its time.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            outputs = {name: Path(folder, name) for name in ("stdout", "stderr")}
            job = {"args": args, "cwd": str(cwd), "env": dict(env or {}), "kill": kill}
            job |= {"memory": memory, "seconds": seconds, **{k: str(v) for k, v in outputs.items()}}
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            printed = [path.read_text("utf-8") for path in outputs.values()]
        return subprocess.CompletedProcess(args, status, *printed)
