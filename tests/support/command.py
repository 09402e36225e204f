"""The command ``harness`` as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = (sys.executable, "-c", "from harness.cli import main; main()")


def run(*args: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a mirror unless ``env`` has one."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    environment = {**inherited, **(env or {})}
    return subprocess.run(
        [*COMMAND, *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
