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

from support.paths import ROOT

SERVER = Path(__file__).parent / "fork_server.py"


def environment() -> dict[str, str]:
    """Return what runs inherit: this checkout's code, no mirror, no hub."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    return {**plain, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


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
