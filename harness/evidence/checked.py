"""Stamped files that have been checked before, by the sha256 of their bytes: a warm run checks none twice.

Canonical JSON of a thousand results takes seconds; the sha256 of their bytes does not. The list lies in the
store. Verifying and comparing evidence do not read it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import store_folder, write_atomic
from harness.evidence.schema.version import check_version
from harness.evidence.stamp import dumps, read_json, read_stamped


class Checked:
    """Reads stamped files, and records in the store which bytes had the right checksum."""

    def __init__(self) -> None:
        self._path = store_folder() / "checked.json"
        try:
            self._checked = set(read_json(self._path)["sha256"])
        except (InputError, KeyError, TypeError):
            self._checked = set()
        self._new: set[str] = set()

    def content(self, path: Path) -> dict[str, Any]:
        """Return the content of a stamped file; raise InputError where its checksum or schema is wrong."""
        return self.stamped(path)[0]

    def stamped(self, path: Path) -> tuple[dict[str, Any], str]:
        """Return content and checksum of a stamped file, as ``read_stamped`` does."""
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in self._checked:
            document: dict[str, Any] = json.loads(data)
            check_version(document["content"], str(path))
            return document["content"], document["sha256"]
        stamped = read_stamped(path)
        self._new.add(sha256)
        return stamped

    def keep(self) -> None:
        """Store which files were checked since."""
        if self._new:
            self._checked |= self._new
            self._new = set()
            with contextlib.suppress(OSError):  # without the list a later run only takes longer
                write_atomic(self._path, dumps({"sha256": sorted(self._checked)}))
