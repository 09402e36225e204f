"""Files: written whole or not at all, named inside their folder, and checked by their sha256."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from pathlib import Path

from harness import limits
from harness.errors import InputError

WRITING = threading.Lock()  # held while a file is written: a worker that has to end waits for it


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` by way of a temporary file, fsync and rename: whole or not at all.

    Raises OSError that names ``path`` where the disk is full, which the system's own error does not.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with WRITING:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            if error.filename in {None, str(temporary)}:
                raise OSError(error.errno, error.strerror, str(path)) from error
            raise
        finally:
            temporary.unlink(missing_ok=True)


def inside(folder: Path, relative: str, where: str, *, pinned: bool = False) -> Path:
    """Return ``folder / relative``, or raise InputError where that leaves ``folder`` or is no path.

    A link out of the folder leaves it, unless the caller has ``pinned`` the content by digest: what it then
    reads is what was named, wherever it lies (the snapshots of a hub's cache are links to files beside them).
    """
    check_path(relative, where)
    path = folder / relative
    absolute = os.path.abspath(path)  # noqa: PTH100 - links stay
    by_name = Path(absolute).is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - the same
    if by_name and pinned:
        return path
    resolved = _resolved(path, where)
    if by_name and str(resolved) == absolute:  # without a link on the way, names decide
        return resolved
    if not resolved.is_relative_to(_resolved(folder, where)):
        link = " by a link" if by_name else ""
        raise InputError(f"{where}: {relative!r} leaves {folder}{link}, expected a path inside it")
    return resolved


def check_path(relative: str, where: str) -> None:
    """Raise InputError for a path that no file system takes: with NUL in it, or too long."""
    if "\0" in relative:
        raise InputError(f"{where}: found NUL in a path, expected a path")
    limits.PATH.check(len(os.fsencode(relative)), where)
    limits.COMPONENT.check(max(map(len, os.fsencode(relative).split(b"/"))), where)


def _resolved(path: Path, where: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # links that lead to one another
        raise InputError(f"{where}: {path}: found links in a circle, expected a file") from error


def store_folder() -> Path:
    """Return the store's folder: ``HARNESS_CACHE``, else ``.cache`` where the harness runs."""
    return Path(os.environ.get("HARNESS_CACHE") or ".cache")


def sha256_file(path: Path) -> str:
    """Return the hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, sha256: str) -> None:
    """Raise InputError unless ``path`` exists and its bytes have the digest ``sha256``."""
    if not path.is_file():
        raise InputError(f"{path}: not found, expected a file with sha256 {sha256[:12]}…")
    actual = sha256_file(path)
    if actual != sha256:
        raise InputError(
            f"{path}: found sha256 {actual[:12]}…, expected {sha256[:12]}… (truncated or altered)"
        )
