"""Which stamped files have been checked before, by the sha256 of their bytes: a warm run checks none twice.

Canonical JSON of a thousand results takes seconds, their sha256 does not. The note stands in the store.
Verifying and comparing evidence do not read it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import store_folder, write_atomic
from harness.evidence.stamp import dumps, read_json, read_stamped


class Checked:
    """Reads stamped files, and remembers in the store which bytes had a certificate that holds."""

    def __init__(self) -> None:
        self._path = store_folder() / "checked.json"
        try:
            self._checked = set(read_json(self._path)["sha256"])
        except (InputError, KeyError, TypeError):
            self._checked = set()
        self._new: set[str] = set()

    def content(self, path: Path) -> dict[str, Any]:
        """Return the content of a stamped file; raise InputError where its certificate does not hold."""
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in self._checked:
            content: dict[str, Any] = json.loads(data)["content"]
        else:
            content, _ = read_stamped(path)
            self._new.add(sha256)
        return content

    def keep(self) -> None:
        """Write down what was checked since."""
        if self._new:
            self._checked |= self._new
            self._new = set()
            with contextlib.suppress(OSError):  # a store that takes nothing costs time, no more
                write_atomic(self._path, dumps({"sha256": sorted(self._checked)}))
