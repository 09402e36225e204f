"""Files that a test writes."""

from __future__ import annotations

from pathlib import Path


def written(path: Path, data: bytes | str) -> Path:
    """Write text or bytes and return the path."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
