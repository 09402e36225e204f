"""What sources compute and import, noted in the store: a warm run parses none that it has parsed before.

A note stands under the sha256 of the source, of the code that reads it, and of Python's version. The file is
stamped: one that is damaged counts as empty.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import sys
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import store_folder
from harness.evidence.stamp import read_stamped, write_stamped
from harness.planning import code_digest


class Notes:
    """The notes in a file of the store, and those that it does not have yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = False
        try:
            self._sources: dict[str, Any] = read_stamped(path)[0]["sources"]
        except (InputError, KeyError):
            self._sources = {}

    def facts(self, source: str) -> tuple[str, frozenset[str]]:
        """Return the digest of a source, and the dotted names that it imports from the harness."""
        key = hashlib.sha256(_reader() + source.encode()).hexdigest()
        if key not in self._sources:
            imports = sorted(code_digest.own_imports(source))
            self._sources[key] = {"digest": code_digest.digest_source(source), "imports": imports}
            self._new = True
        return self._sources[key]["digest"], frozenset(self._sources[key]["imports"])

    def keep(self) -> None:
        """Store what was noted since: a run does at its end, what looks without running writes nothing."""
        if self._new:
            self._new = False
            with contextlib.suppress(OSError):  # without the notes a later run only takes longer
                write_stamped(self._path, {"sources": self._sources})


def notes() -> Notes:
    """Return the notes of the store, read once a process."""
    return _notes(store_folder() / "sources.json")


@functools.lru_cache(maxsize=1)
def _notes(path: Path) -> Notes:
    return Notes(path)


@functools.cache
def _reader() -> bytes:
    return hashlib.sha256(Path(code_digest.__file__).read_bytes() + sys.version.encode()).digest()
