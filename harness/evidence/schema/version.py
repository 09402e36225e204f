"""The version of the evidence's schema, which every document states under ``schema`` and every reader checks.

Documents of version 1 did not state it.
"""

from __future__ import annotations

from typing import Any

from harness.errors import InputError

SCHEMA_VERSION = 2  # of what is written, and the only one that is read


def check_version(content: Any, where: str) -> None:
    """Raise InputError where the content of a file is of another schema than is read here, or of none."""
    if not isinstance(content, dict):
        return  # of no version: its model refuses it
    version = content.get("schema", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"{where}: schema: found {version!r}, expected a version, a whole number from 1")
    if version != SCHEMA_VERSION:
        older = "an older version of the harness; run it again"
        made = older if version < SCHEMA_VERSION else "a newer version of the harness; update yours"
        raise InputError(
            f"{where}: found evidence of schema {version}, expected {SCHEMA_VERSION}: made by {made}"
        )
