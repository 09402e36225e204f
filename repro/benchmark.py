"""How long the suites take on this machine: ``make benchmark``. Prints seconds; asserts nothing.

Every run is whole and from scratch in a temporary folder: the STS suite with texts encoded anew, the same
with the vectors kept, and the two embedded suites. Standard library only; ``harness`` has to be installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(suites: list[str], out: Path, cache: Path) -> float:
    """Return the wall-clock seconds of one run of ``suites`` into an empty ``out``."""
    shutil.rmtree(out, ignore_errors=True)
    harness = Path(sys.executable).with_name("harness")
    start = time.monotonic()
    command = [str(harness), "run", *suites, "--out", str(out)]
    subprocess.run(command, check=True, env={**os.environ, "HARNESS_CACHE": str(cache)})
    return time.monotonic() - start


def main() -> None:
    """Run and print."""
    with tempfile.TemporaryDirectory() as folder:
        out, cache = Path(folder) / "out", Path(folder) / "cache"
        times = {
            "sts-generalization, from scratch": seconds(["sts-generalization"], out, cache),
            "sts-generalization, vectors cached": seconds(["sts-generalization"], out, cache),
            "sample and planted, from scratch": seconds(["sample", "planted"], out, cache),
        }
    print(f"{os.cpu_count()} cores")
    for what, taken in times.items():
        print(f"{taken:8.1f} s  {what}")


if __name__ == "__main__":
    main()
