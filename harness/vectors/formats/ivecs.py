"""``.ivecs``: rows of int32, each after its length."""

from __future__ import annotations

from pathlib import Path

from harness.vectors.records import open_records
from harness.vectors.source import VectorSource


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows; raise InputError where they are not of one length."""
    return open_records(path, name, column, "<i4")
