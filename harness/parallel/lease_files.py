"""The files of leases: who has one, since when, and the clock of the folder that they lie in.

The lease of a name is the file ``<key>.<n>`` with the highest n; the key is a hash of the name. Times are
those that the file system gives to files: the clocks of hosts differ.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

State = Literal["free", "held", "expired", "ended"]
SECONDS = 120.0  # a lease that was not renewed for so long is expired


@dataclass(frozen=True, slots=True)
class LeaseStatus:
    """How a lease stands: the number and note of its last file, and times in seconds.

    ``renewed`` is when it was last renewed, by the folder's clock; ``silent`` how long ago that was; ``age``
    how long its holder has had it.
    """

    number: int
    state: State
    renewed: float
    silent: float
    age: float
    note: Mapping[str, Any]


def statuses(folder: Path) -> list[LeaseStatus]:
    """Return how every lease of a folder stands, in the order of their names."""
    if not folder.is_dir():
        return []
    time = now(folder)
    listed = [read_status(folder, key, time) for key in _keys(folder)]
    return sorted(listed, key=lambda status: str(status.note.get("name")))


def read_status(folder: Path, key: str, time: float) -> LeaseStatus:
    """Return how the lease of a key stands; ``time`` is the folder's, taken before.

    Before, because a renewal in between must not make a lease look expired.
    """
    number = 0
    while (folder / f"{key}.{number + 1}").exists():
        number += 1
    path = folder / f"{key}.{number}"
    try:
        renewed, note = modified(path), _read_note(path)
    except FileNotFoundError:
        return LeaseStatus(number, "free", 0.0, 0.0, 0.0, {})
    state: State = note.get("state", "held")
    silent = time - renewed
    if state == "held" and silent > note.get("seconds", SECONDS):
        state = "expired"
    return LeaseStatus(number, state, renewed, silent, time - note.get("begun", renewed), note)


def clear(folder: Path) -> None:
    """Remove the leases of a folder whose work has ended."""
    if not folder.is_dir():
        return
    time = now(folder)
    for key in _keys(folder):
        status = read_status(folder, key, time)
        if status.state == "ended":
            for number in range(status.number, 0, -1):  # the last first: what is left names no later one
                (folder / f"{key}.{number}").unlink(missing_ok=True)


def now(folder: Path) -> float:
    """Return the time by the clock of a folder's file system, in seconds."""
    probe = folder / f".clock.{platform.node()}.{os.getpid()}.{threading.get_ident()}"
    try:
        probe.touch()
        os.utime(probe)  # without times: a file server sets its own
        return modified(probe)
    finally:
        probe.unlink(missing_ok=True)


def modified(path: Path) -> float:
    """Return a file's modification time. It is opened, as a file server's client caches attributes."""
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_mtime


def _read_note(path: Path) -> dict[str, Any]:
    """Return what a lease says; nothing while its holder is writing it for the first time."""
    try:
        note = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def lease_file(folder: Path, name: str, number: int) -> Path:
    """Return the ``number``-th file of the lease of a name."""
    return folder / f"{lease_key(name)}.{number}"


def lease_key(name: str) -> str:
    """Return what the files of the lease of a name begin with."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _keys(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.*") if path.suffix[1:].isdecimal()}
