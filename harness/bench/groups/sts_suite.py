"""The suite of sentence pairs from cold against the encoding of its texts alone; its data need a mirror."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.bench.groups import suites
from harness.errors import BlockedError
from harness.evidence.schema.bench import Measurement

TITLE = "The suite of sentence pairs from cold"
SUITE = "sts-generalization"
ENCODER = "minilm"


def measure(mirror: Path | None, repeats: int = 1, warm: int = 3) -> Iterator[Measurement]:
    """Yield the same as the group ``suites``, once; raise BlockedError without a mirror."""
    if mirror is None:
        raise BlockedError("found no mirror, which has the sentence pairs", "harness bench --mirror DIR")
    yield from suites.measure(mirror, SUITE, f"{ENCODER}.*", repeats, warm)
