"""Envelopes: the time and memory noted beside a result, outside every content hash."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.model import parse
from harness.evidence.stamp import read_json


def envelope_of(root: Path | None, suite: str, cell: str) -> Envelope | None:
    """Return the envelope of a cell's result below ``root``; None where there is none.

    Raises InputError for a file that is no envelope.
    """
    path = Tree(root).envelope(suite, cell) if root else None
    return parse(Envelope, read_json(path), path) if path and path.is_file() else None
