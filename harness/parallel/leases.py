"""Leases in a shared folder: one process, on any host, does a piece of work; if it dies, another does it.

A file of a lease is created with O_EXCL, so that one process alone gets it. Its holder renews it by its
modification time. A lease that was not renewed for its ``seconds`` is expired, and who creates the next file
has it then. No file is removed or renamed to take a lease over: two processes cannot both succeed.

The hosts' clocks are not compared: times are those that the folder's file system gives to files, for renewals
and for "now". A holder whose renewals are too far apart (a paused machine) has to create the next file itself
before it goes on; if another has created it, the holder has lost the lease.
"""

from __future__ import annotations

import json
import os
import platform
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import RunError
from harness.evidence.files import write_atomic
from harness.parallel.lease_files import (
    SECONDS,
    LeaseStatus,
    State,
    lease_file,
    lease_key,
    modified,
    now,
    read_status,
)

BEATS = 6  # renewals in the time after which a lease expires


class LeaseLostError(RunError):
    """Another process has taken the lease over."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of a folder, as one process sees them; it can be sent to others.

    ``holder`` says in a lease who has it. Work that ended after ``since``, by the folder's clock, is not done
    again.
    """

    folder: Path
    seconds: float
    holder: str
    since: float

    def state(self, name: str) -> State:
        """Return how the lease of a name stands: 'ended' where its work has ended after ``since``."""
        return self._status(name).state

    def ever_ended(self, name: str) -> bool:
        """Return whether the work of a name has ended, be it before ``since``."""
        return self._last(name).state == "ended"

    def claim(self, name: str) -> Lease | None:
        """Return the lease of a name, or None where another process holds it or its work has ended."""
        status = self._status(name)
        if status.state in {"held", "ended"}:
            return None
        lease = Lease(self, name, status.number + 1)
        return lease if lease.create() else None

    def _status(self, name: str) -> LeaseStatus:
        status = self._last(name)
        again = status.state == "ended" and status.renewed < self.since
        return replace(status, state="free") if again else status

    def _last(self, name: str) -> LeaseStatus:
        return read_status(self.folder, lease_key(name), now(self.folder))


def open_leases(folder: Path, holder: str, seconds: float = SECONDS) -> Leases:
    """Return the leases of a folder, which is made if need be; what ended before now may be done again."""
    folder.mkdir(parents=True, exist_ok=True)
    return Leases(folder.resolve(), seconds, holder, now(folder))


class Lease:
    """A lease that this process holds; a thread renews it while its ``with`` block runs."""

    def __init__(self, leases: Leases, name: str, number: int) -> None:
        self._leases, self._name, self._number = leases, name, number
        self._renewed = self._begun = 0.0
        self._lost = self._ended = False
        self._lock, self._done = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def create(self) -> bool:
        """Create the lease's file; return whether no other process has."""
        try:
            descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "wb") as file:
            self._begun = self._begun or os.fstat(descriptor).st_mtime
            file.write(self._note("held"))
        self._renewed = modified(self._path)
        return True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        if not self._lost:
            write_atomic(self._path, self._note("ended" if self._ended and error is None else "free"))

    def check(self) -> None:
        """Raise LeaseLostError where another process has taken the lease over: call it before writing."""
        with self._lock:
            if not self._lost and now(self._leases.folder) - self._renewed > self._leases.seconds:
                self._reclaim()
            if self._lost:
                raise LeaseLostError(f"{self._name}: another process has taken it over")

    def end(self) -> None:
        """Note that the work is done, so that no other process does it again."""
        self._ended = True

    @property
    def _path(self) -> Path:
        return lease_file(self._leases.folder, self._name, self._number)

    def _note(self, state: str) -> bytes:
        note = {"state": state, "name": self._name, "holder": self._leases.holder, "host": platform.node()}
        times = {"seconds": self._leases.seconds, "begun": self._begun}
        return json.dumps({**note, "pid": os.getpid(), **times}).encode()

    def _beat(self) -> None:
        while not self._done.wait(self._leases.seconds / BEATS):
            with self._lock:
                self._renew()

    def _renew(self) -> None:
        if self._lost:
            return
        try:
            os.utime(self._path)
            renewed = modified(self._path)
        except OSError:  # the folder cannot be reached: the next renewal sees for how long
            return
        if renewed - self._renewed > self._leases.seconds:
            self._reclaim()
        else:
            self._renewed = renewed

    def _reclaim(self) -> None:
        """Create the next file, as the lease has looked expired; where another process has, it is lost."""
        self._number += 1
        self._lost = not self.create()
