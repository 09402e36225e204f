"""Stamped files that have been checked before, by the sha256 of their bytes: a warm run checks none twice.

Canonical JSON of a thousand results takes seconds; the sha256 of their bytes does not. The list lies in the
store, with the files that were read last at its end; of more than MOST the first are dropped. Verifying and
comparing evidence do not read it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import store_folder, write_atomic
from harness.evidence.schema.version import check_version
from harness.evidence.stamp import dumps, read_json, read_stamped

MOST = 20_000  # of 67 bytes each; the results of all suites are a tenth of them


class Checked:
    """Reads stamped files, and records in the store which bytes had the right checksum."""

    def __init__(self) -> None:
        self._path = store_folder() / "checked.json"
        written = self._path.stat().st_mtime_ns if self._path.is_file() else 0
        self._checked = dict.fromkeys(_listed(self._path, written))  # in order
        self._read: dict[str, None] = {}

    def content(self, path: Path) -> dict[str, Any]:
        """Return the content of a stamped file; raise InputError where its checksum or schema is wrong."""
        return self.stamped(path)[0]

    def stamped(self, path: Path) -> tuple[dict[str, Any], str]:
        """Return content and checksum of a stamped file, as ``read_stamped`` does."""
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in self._checked:
            self._read[sha256] = None
            document = _parsed(data)
            check_version(document["content"], str(path))
            return document["content"], document["sha256"]
        stamped = read_stamped(path)
        self._read[sha256] = None
        return stamped

    def keep(self) -> None:
        """Store which files were checked since."""
        if self._read.keys() - self._checked.keys():
            earlier = [sha256 for sha256 in self._checked if sha256 not in self._read]
            listed = [*earlier, *self._read][-MOST:]
            self._checked = dict.fromkeys(listed)
            with contextlib.suppress(OSError):  # without the list a later run only takes longer
                write_atomic(self._path, dumps({"sha256": listed}))


@functools.lru_cache(maxsize=1)
def _listed(path: Path, _written: int) -> tuple[str, ...]:
    try:
        return tuple(map(str, read_json(path)["sha256"]))
    except (InputError, KeyError, TypeError):
        return ()


@functools.lru_cache(maxsize=2048)  # the results of all suites: a run without work reads each twice
def _parsed(data: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(data)
    return document
