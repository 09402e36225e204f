"""The version of the evidence's schema, which every reader checks.

A document says its version under ``schema``, a result under ``inputs.schema``. Without it the version is 1.
"""

from __future__ import annotations

from typing import Any

from harness.errors import InputError

SCHEMA_VERSION = 1  # of what is written, and the newest that is read


def check_version(content: Any, where: str) -> None:
    """Raise InputError where the content of a file is of a newer schema than is read here, or of none."""
    if not isinstance(content, dict):
        return  # of no version: its model refuses it
    for key, part in (("schema", content), ("inputs.schema", content.get("inputs"))):
        version = part.get("schema", 1) if isinstance(part, dict) else 1
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise InputError(f"{where}: {key}: found {version!r}, expected a version, a whole number from 1")
        if version > SCHEMA_VERSION:
            raise InputError(
                f"{where}: found evidence of schema {version}, expected at most {SCHEMA_VERSION}: "
                "use a newer version of the harness"
            )
