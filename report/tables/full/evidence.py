"""Every result and transcript that a claim rests on, with its checksum."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each file."""
    for line in source.tables.certificates(source.judged):
        yield {"path": line.path, "sha256": line.sha256, "claims": line.claims}
