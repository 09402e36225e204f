"""The command ``harness`` in forks of one process that has imported torch and faiss before.

A run then takes a fraction of a second instead of the seconds that imports take. Each fork starts with empty
caches, as a process does; nothing of a run is kept for the next.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.paths import ROOT

SERVER = Path(__file__).parent / "fork_server.py"
OUTPUTS = ("stdout", "stderr")


def environment() -> dict[str, str]:
    """Return what runs inherit: this checkout's code, no mirror, no hub."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    return {**plain, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Started:
    """A command that runs: its process, its arguments, and the folder of what it prints."""

    pid: int
    args: tuple[str, ...]
    folder: Path


class Forks:
    """Starts the process that forks itself; has to be closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(SERVER)],
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
        return self.wait(self.start(*args, cwd=cwd, env=env, kill=kill, memory=memory, seconds=seconds))

    def start(
        self,
        *args: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        kill: int = 0,
        kill_at: str = "",
        memory: int = 0,
        seconds: int = 0,
    ) -> Started:
        """Start the command as ``run`` does, and return while it runs: ``wait`` has to follow.

        It is killed as well before a file gets its name whose path contains ``kill_at``.
        """
        folder = Path(tempfile.mkdtemp())
        job = {"args": args, "cwd": str(cwd), "env": dict(env or {}), "kill": kill, "kill_at": kill_at}
        job |= {"memory": memory, "seconds": seconds}
        job |= {name: str(folder / name) for name in OUTPUTS}
        return Started(self._answer(job), args, folder)

    def wait(self, started: Started) -> subprocess.CompletedProcess[str]:
        """Return what a command came to, when it has ended."""
        status = self._answer({"wait": started.pid})
        printed = [(started.folder / name).read_text("utf-8") for name in OUTPUTS]
        shutil.rmtree(started.folder)
        return subprocess.CompletedProcess(started.args, status, *printed)

    def _answer(self, job: Mapping[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())
