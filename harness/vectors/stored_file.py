"""A file that must not change while it is read: its bytes by position, its size, its sha256."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from harness.errors import InputError

_PIECE = 1 << 22


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its size in bytes and time of change in nanoseconds when it was opened."""

    path: Path
    size: int
    modified: int

    def check_unchanged(self) -> None:
        """Raise InputError where the file is gone, or has another size or time than when it was opened."""
        if stored_file(self.path) != self:
            raise InputError(
                f"{self.path}: found a file that changed while it was read, expected one at rest"
            )


def stored_file(path: Path) -> StoredFile:
    """Return a file as it is now; raise InputError where there is none that can be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait for whoever writes
            raise InputError(f"{path}: found a folder, pipe or device, expected a file")
        with path.open("rb"):
            return StoredFile(path, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: {reason}, expected a file that can be read") from error


def sha256_of(files: Iterable[StoredFile], made_by: str = "") -> str:
    """Return the hex sha256 of the bytes of ``files``, one after the other, and then of ``made_by``."""
    hasher = hashlib.sha256()
    for stored in files:
        stored.check_unchanged()
        with stored.path.open("rb") as file:
            while piece := file.read(_PIECE):
                hasher.update(piece)
        stored.check_unchanged()
    hasher.update(made_by.encode())
    return hasher.hexdigest()


def read_exactly(file: BinaryIO, offset: int, size: int, where: str) -> bytearray:
    """Return ``size`` bytes from ``offset`` on; raise InputError where the file ends before.

    Mapped memory would end the process where a file shrinks while it is read.
    """
    file.seek(offset)
    data = bytearray(size)
    count = file.readinto(data)  # type: ignore[attr-defined] # every file opened in binary mode has it
    if count != size:
        raise InputError(f"{where}: the data end after {count:,} of {size:,} bytes, expected all of them")
    return data
