"""Files that end in the sha256 of what is before it, so that one that is cut or altered is recognized."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_DIGEST_BYTES = 32
_PIECE = 1 << 24


def sealed(content: bytes) -> bytes:
    """Return ``content`` and its sha256."""
    return content + hashlib.sha256(content).digest()


def stored(path: Path) -> bool:
    """Return whether a file is there and whole; one that is not whole is removed, and a line says so."""
    try:
        whole = _whole(path)
    except FileNotFoundError:  # never there, or another run has just joined it into its unit
        return False
    if not whole:
        sys.stderr.write(f"{path}: found an entry that is cut or altered, expected its sha256; made again\n")
        path.unlink(missing_ok=True)
    return whole


def write_sealed(path: Path, pieces: Iterable[bytes]) -> None:
    """Write ``pieces`` and their sha256 to ``path``: whole or not at all, without holding more than a piece.

    Pieces go to ``.NAME.part``, which one process writes at a time; another one waits, and then has the file.
    A part that a killed process left is written anew, and those of other files of the folder are removed.
    Raises OSError that names ``path`` for a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    part = path.with_name(f".{path.name}.part")
    with _locked(part) as file:
        if path.is_file():  # the process that held the lock has written it
            part.unlink(missing_ok=True)
            return
        try:
            _write(file, pieces)
            part.replace(path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        finally:
            part.unlink(missing_ok=True)


def _write(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    hasher = hashlib.sha256()
    file.truncate(0)
    for piece in pieces:
        file.write(piece)
        hasher.update(piece)
    file.write(hasher.digest())
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    """Open ``part`` for this process alone, once no other one has it."""
    while True:
        with part.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _names(part, file):  # else the process that held the lock has renamed or removed it
                yield file
                return


def _remove_abandoned(folder: Path) -> None:
    """Remove the parts that no process writes: a killed process cannot, and they have the size of a set."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError, BlockingIOError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _names(part, file):
                part.unlink(missing_ok=True)


def _names(path: Path, file: BinaryIO) -> bool:
    try:
        return path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


def _whole(path: Path) -> bool:
    """Return whether a file ends in the digest of what is before."""
    hasher, left = hashlib.sha256(), path.stat().st_size - _DIGEST_BYTES
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            hasher.update(piece)
            left -= len(piece)
        return left == 0 and file.read() == hasher.digest()
