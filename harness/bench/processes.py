"""Whole processes, as a user runs them: the command, and Python without the harness's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.bench import child_usage
from harness.errors import RunError
from harness.numerics import pinning

HARNESS = (sys.executable, "-m", "harness")
_SHOWN = 300  # characters of a failed command's last words


def harness(*arguments: str, store: Path | None = None) -> None:
    """Run the command with ``arguments``, and with ``store`` as its store."""
    run([*HARNESS, *arguments], environment(store))


@dataclass(frozen=True, slots=True)
class Used:
    """What a process and those that it waited for used, as the system measures it.

    ``seconds`` of processor time of all of them; ``peak`` bytes of resident memory of the largest.
    """

    seconds: float
    peak: int


def measured(*arguments: str, store: Path) -> Used:
    """Run the command with ``arguments``; return what it used (wait4). Raises RunError where it fails."""
    command = [sys.executable, str(Path(child_usage.__file__)), *HARNESS, *arguments]
    return Used(**json.loads(run(command, environment(store))))


def environment(store: Path | None) -> dict[str, str]:
    """Return this process's variables without the harness's own, but for the folder of the store."""
    own = {} if store is None else {"HARNESS_CACHE": str(store)}
    return {name: value for name, value in os.environ.items() if not name.startswith("HARNESS_")} | own


def python(script: Path, *arguments: str) -> str:
    """Run a script as a user without the harness would; return what it prints.

    None of the variables that the harness sets for threads and instructions is left.
    """
    pinned = {*pinning.THREADS, *pinning.INSTRUCTIONS, pinning.NUMPY, pinning.OVERRIDDEN, "PYTHONPATH"}
    bare = {name: value for name, value in environment(None).items() if name not in pinned}
    return run([sys.executable, str(script), *arguments], {**bare, **pinning.overridden()})


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Have ``count`` other processes compute all the while: the cores of a shared machine."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def run(command: list[str], environment: dict[str, str]) -> str:
    """Return what a command prints; raise RunError where it fails."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip()[-_SHOWN:]
        raise RunError(f"{' '.join(command[1:])}: ended with status {done.returncode}: {last}")
    return done.stdout
