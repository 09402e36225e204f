"""Writing without half-written files, and naming places without leaving their folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from harness.core import InputError


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` by way of a temporary file, fsync and rename: whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def store_folder() -> Path:
    """Return the store's folder: ``HARNESS_CACHE``, else ``.cache`` where the harness runs."""
    return Path(os.environ.get("HARNESS_CACHE") or ".cache")


def inside(folder: Path, relative: str, where: str) -> Path:
    """Return ``folder / relative``, or raise InputError where that leaves ``folder``."""
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{where}: {relative!r} leaves {folder}, expected a path inside it")
    return path


def sha256_file(path: Path) -> str:
    """Return the hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, sha256: str) -> None:
    """Raise InputError unless ``path`` exists and its bytes have the digest ``sha256``."""
    if not path.is_file():
        raise InputError(f"{path}: not found, expected a file with sha256 {sha256[:12]}…")
    found = sha256_file(path)
    if found != sha256:
        raise InputError(
            f"{path}: found sha256 {found[:12]}…, expected {sha256[:12]}… (truncated or altered)"
        )
