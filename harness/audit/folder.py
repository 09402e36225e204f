"""The folder of an audit: written whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness.audit.run import Outcome
from harness.errors import InputError
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.stamp import dumps, stamp

DOCUMENT, ENVELOPE, CHECKSUMS = "audit.json", "envelope.json", "CHECKSUMS.sha256"


def check_target(path: Path) -> None:
    """Raise InputError where ``path`` is another file or folder, or where nothing can be written there."""
    if path.exists() and not (path / DOCUMENT).is_file() and not (path.is_dir() and not any(path.iterdir())):
        raise InputError(f"{path}: found another file or folder, expected a new name, or an audit's folder")
    above = next(parent for parent in path.absolute().parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError(f"{path}: found {above} that cannot be written to, expected a folder")


def write(path: Path, outcome: Outcome, pages: dict[str, bytes]) -> None:
    """Write the folder by way of a temporary one beside it; an audit that is there is replaced.

    ``pages``: rendered files by name. CHECKSUMS.sha256 lists every file but itself and envelope.json, which
    has the seconds and differs from run to run.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    before = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        temporary.mkdir(parents=True)
        content = outcome.audit.model_dump(mode="json", by_alias=True)
        write_atomic(temporary / DOCUMENT, stamp(content))
        for name, data in {**outcome.archives, **pages}.items():
            write_atomic(temporary / name, data)
        if outcome.codec is not None:
            outcome.codec.save(temporary / "codec")
        write_atomic(temporary / CHECKSUMS, _checksums(temporary))
        write_atomic(temporary / ENVELOPE, dumps({"seconds": dict(outcome.seconds)}))
        if path.exists():
            path.replace(before)
        temporary.replace(path)
    except OSError as error:
        if before.exists() and not path.exists():
            before.replace(path)
        raise InputError(f"{path}: {error.strerror}, expected a folder that can be written") from error
    finally:
        for each in (temporary, before):
            shutil.rmtree(each, ignore_errors=True)


def _checksums(folder: Path) -> bytes:
    """Return a line a file, as sha256sum writes and checks them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{sha256_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    return "".join(lines).encode()
