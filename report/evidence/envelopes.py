"""What a machine noted beside a result (time, memory): in envelopes, outside every content hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json


def envelope_of(root: Path | None, suite: str, cell: str) -> dict[str, Any]:
    """Return the envelope of a cell's result below ``root``; empty where there is none."""
    path = Tree(root).envelope(suite, cell) if root else None
    found: dict[str, Any] = read_json(path) if path and path.is_file() else {}
    return found


def machine_of(envelope: dict[str, Any]) -> str:
    """Return what an envelope calls its machine."""
    return f"{envelope['processor']}, {envelope['cores']} cores, {envelope['platform']}"


def at(envelope: Any, path: str) -> float | None:
    """Return the number at ``path``, keys parted by full stops, ``*`` for the only one; None for none."""
    for key in path.split("."):
        if not isinstance(envelope, dict):
            return None
        envelope = next(iter(envelope.values()), None) if key == "*" else envelope.get(key)
    return float(envelope) if isinstance(envelope, int | float) else None
