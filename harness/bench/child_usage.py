"""Runs a command and prints as JSON what it used: ``python child_usage.py COMMAND...``.

The system counts what a process held before it became the command to the command's peak memory: a copy of
its parent. This program is a small parent, and imports nothing of the harness.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def main(command: list[str]) -> int:
    """Run the command without its output; print ``seconds`` and ``peak``; return its exit status.

    ``seconds`` of processor time and ``peak`` bytes of resident memory are as ``harness.bench.processes`` has
    them.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    used = {"seconds": usage.ru_utime + usage.ru_stime, "peak": unit * usage.ru_maxrss}
    print(json.dumps(used))  # noqa: T201 - its output
    return 1 if process.returncode < 0 else process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
