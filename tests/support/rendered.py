"""What the committed evidence renders to, once for all tests of a process."""

from __future__ import annotations

import functools
from pathlib import Path

from harness.evidence.layout import Tree
from report.pages.render import rendered

COMMITTED = Path("artifacts")


@functools.cache
def committed_report() -> dict[str, bytes]:
    """Return every file of the report by its name."""
    return rendered(Tree(COMMITTED))
