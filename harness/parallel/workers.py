"""Worker processes that end with their parent, whatever ends it, and never in the middle of a file.

Each worker watches a pipe whose other end the parent alone holds. The system closes that end when the parent
is gone, also after SIGKILL, and a worker then ends at once.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from harness.errors import RunError
from harness.evidence.files import WRITING

T = TypeVar("T")
R = TypeVar("R")

GRACE = 5.0  # seconds that a worker has to end by itself


class _Pool:
    """Worker processes, and the end of the pipe that keeps them alive."""

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        watched, self._held = context.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(watched,))

    def end(self, workers: Sequence[BaseProcess]) -> None:
        """End the workers, whatever they do; return when they are gone."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self._held.close()
        for worker in workers:
            worker.join(GRACE)
            worker.kill()
            worker.join()  # until the system has seen it end
        _settle(workers)


@functools.lru_cache(maxsize=1)
def _pool(jobs: int) -> _Pool:
    # Kept for the next call: what workers have read and loaded stays with them.
    return _Pool(jobs)


_elsewhere: ContextVar[Callable[..., Iterator[Any]] | None] = ContextVar("elsewhere", default=None)


def spread(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Generator[R, None, None]:
    """Yield ``work(item)`` for each item as it ends: by ``in_processes``, or as ``spreading`` says."""
    yield from (_elsewhere.get() or in_processes)(work, items, jobs)


@contextmanager
def spreading(elsewhere: Callable[..., Iterator[Any]]) -> Iterator[None]:
    """Have ``elsewhere``, called as ``in_processes`` is, do what is spread within the block."""
    token = _elsewhere.set(elsewhere)
    try:
        yield
    finally:
        _elsewhere.reset(token)


def in_processes(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Generator[R, None, None]:
    """Yield ``work(item)`` for each item as it ends, ``jobs`` processes at a time; with one, in this process.

    ``work`` and the items have to be picklable. Closing the iterator before its end ends the workers, as
    does an error. Raises RunError where a worker was killed.
    """
    if min(jobs, len(items)) <= 1:
        yield from map(work, items)
        return
    pool, through = _pool(jobs), False
    try:
        with _interrupts_postponed():
            futures = [pool.executor.submit(work, item) for item in items]
            # The pool looks after the workers that there were at the last submission but one (Python 3.11).
            pool.executor.submit(int)
            workers = multiprocessing.active_children()
        for future in as_completed(futures):
            yield future.result()
        through = True
    except BrokenProcessPool as error:
        raise RunError(_killed(workers)) from error
    finally:
        if not through:
            _pool.cache_clear()
            pool.end(multiprocessing.active_children())


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


def _settle(workers: Sequence[BaseProcess]) -> None:
    """Wait until each worker's status is known: the pool's own thread may be the one that was told it."""
    deadline = time.monotonic() + GRACE
    while any(worker.exitcode is None for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.02)


def _killed(workers: Sequence[BaseProcess]) -> str:
    """Return what happened to the first worker that ended by a signal, and what to do."""
    for worker in workers:
        worker.join(GRACE)
    _settle(workers)
    # The pool ends the others by SIGTERM.
    codes = [-(worker.exitcode or 0) for worker in workers]
    number = next((code for code in codes if code > 0 and code != signal.SIGTERM), None)
    reason = f"was killed by {signal.Signals(number).name}" if number else "ended unexpectedly"
    if number == signal.SIGKILL:
        reason += ", most likely because memory ran out"
    return f"a worker {reason}; what is done is kept: run again with fewer --jobs or with more memory"
