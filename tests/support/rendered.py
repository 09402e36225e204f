"""The committed report, which ``tests/report/test_report.py`` holds to what the evidence renders to."""

from __future__ import annotations

import functools
from pathlib import Path

COMMITTED = Path("artifacts")


@functools.cache
def committed_report() -> dict[str, bytes]:
    """Return every file of the report by its name."""
    folder = COMMITTED / "report"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
