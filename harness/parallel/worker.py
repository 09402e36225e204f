"""A worker process that ends with its parent, whatever ends that, and never in the middle of a file.

It watches a pipe whose other end the parent alone holds. The system closes that end when the parent is gone,
also after SIGKILL, and the worker then ends at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TypeVar

from harness.evidence.files import WRITING
from harness.parallel.memory import Memory, memory_of

T = TypeVar("T")
R = TypeVar("R")

GRACE = 5.0  # seconds that a worker has to end by itself


@dataclass(frozen=True, slots=True)
class Killed:
    """How the worker ended that an item was on."""

    line: str


class Worker:
    """A worker process, and the end of the pipe that keeps it alive.

    It is a pool of one: what kills it ends no other work, and which item it was on is certain.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        watched, self._held = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(watched,))
        with _interrupts_postponed():
            self._executor.submit(int)  # starts the process
        # Nothing public names it: active_children() leaves out a process that has ended already.
        (self._process,) = self._executor._processes.values()  # noqa: SLF001
        self._memory = Memory(None, None)

    def submit(self, work: Callable[[T], R], item: T) -> Future[R]:
        """Return what ``work(item)`` will come to."""
        return self._executor.submit(work, item)

    def look(self) -> None:
        """Note the memory of the process while it lives, for the line that says how it was killed."""
        if self._process.exitcode is None:
            memory = memory_of(self._process.pid)
            self._memory = self._memory if memory.peak is None else memory

    def killed(self) -> Killed:
        """Return how the process ended."""
        code = -(self._status() or 0)
        reason = f"was killed by {_named(code)}" if code > 0 else "ended unexpectedly"
        if code == signal.SIGKILL:
            reason += ", most likely because memory ran out"
        return Killed(f"a worker {reason}: {self._memory} when last seen")

    def let_go(self) -> None:
        """Have the process end by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._held.close()

    def end(self) -> None:
        """End the process, whatever it does; return when it is gone."""
        self._process.join(GRACE)
        self._process.kill()
        self._process.join()  # until the system has seen it end
        self._status()

    def _status(self) -> int | None:
        """Return the exit status; wait for it, as the pool's own thread may be the one that was told it."""
        deadline = time.monotonic() + GRACE
        while self._process.exitcode is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return self._process.exitcode


def _named(code: int) -> str:
    """Return the name of a signal; the system has some without one."""
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"signal {code}"


@contextmanager
def _interrupts_postponed() -> Iterator[None]:
    """Hold SIGINT back: a process that is started in here never sees it, this one sees it afterwards.

    A terminal sends it to workers as well, which would each print a traceback while they start.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(watched: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()


def _end_with_parent(watched: Connection) -> None:
    watched.poll(None)  # true when the other end is closed, as nothing is ever sent
    with WRITING:
        os._exit(1)
