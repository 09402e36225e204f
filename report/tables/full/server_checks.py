"""What the smoke test saw of each server."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each server and check."""
    for name, stamped in source.evidence.transcripts.items():
        for check in stamped.transcript.checks:
            yield {"server": name, "check": check.name, "status": check.status, "seen": check.found}
