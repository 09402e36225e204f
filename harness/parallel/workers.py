"""Work spread over worker processes; a worker that is killed takes no other work with it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.errors import RunError
from harness.parallel.memory import REMEDY, memory_explained
from harness.parallel.worker import Killed, Worker

T = TypeVar("T")
R = TypeVar("R")

LOOK = 0.2  # seconds between two looks at the memory of busy workers


@dataclass(frozen=True, slots=True)
class Retry(Generic[T, R]):
    """What is done with an item whose worker was killed, instead of ending all work.

    Its ``parts`` are tried once more, when all else is done, one at a time in a new process with no other
    beside it. A part whose worker is killed again comes to ``failed(part, line)``; the line says how.
    """

    parts: Callable[[T], Sequence[T]]
    failed: Callable[[T, str], R]


class _Pool:
    """Up to ``jobs`` workers, started when there is work for them."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._workers: list[Worker] = []

    def outcomes(
        self, work: Callable[[T], R], items: Sequence[T]
    ) -> Generator[tuple[T, R | Killed], None, None]:
        """Yield each item with what ``work(item)`` came to, as it ends; a killed worker is replaced."""
        while len(self._workers) < min(self._jobs, len(items)):
            self._workers.append(Worker())
        waiting = iter(items)
        running: dict[Future[R], tuple[int, T]] = {}

        def hand_out(place: int) -> None:
            for item in itertools.islice(waiting, 1):
                try:
                    future = self._workers[place].submit(work, item)
                except BrokenProcessPool:  # it was killed, perhaps while it had nothing to do
                    self._workers[place] = Worker()
                    future = self._workers[place].submit(work, item)
                running[future] = place, item

        for place in range(len(self._workers)):
            hand_out(place)
        while running:
            done, _ = wait(running, LOOK, FIRST_COMPLETED)
            for place, _ in running.values():
                self._workers[place].look()
            for future in done:
                place, item = running.pop(future)
                outcome: R | Killed
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    outcome = self._workers[place].killed()
                hand_out(place)
                yield item, outcome

    def end(self) -> None:
        """End the workers, whatever they do; return when they are gone."""
        for worker in self._workers:
            worker.let_go()
        for worker in self._workers:
            worker.end()


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


def in_processes(
    work: Callable[[T], R], items: Sequence[T], jobs: int, retry: Retry[T, R] | None = None
) -> Generator[R, None, None]:
    """Yield ``work(item)`` for each item as it ends, ``jobs`` processes at a time; with one, in this process.

    ``work`` and the items have to be picklable. Closing the iterator before its end ends the workers, as
    does an error. Raises RunError where a worker was killed and there is no ``retry``, and OutOfMemoryError
    where memory ran out in one.
    """
    if min(jobs, len(items)) <= 1:
        yield from map(work, items)
        return
    again: list[T] = []
    pool, through = _pool(jobs), False
    try:
        for item, outcome in pool.outcomes(functools.partial(_explained, work), items):
            if not isinstance(outcome, Killed):
                yield outcome
            elif retry is not None:
                again += retry.parts(item)
            else:
                raise RunError(f"{outcome.line}; what is done is kept: {REMEDY}")
        through = not again  # what idle workers hold is free for the one that tries again
    finally:
        if not through:
            _pool.cache_clear()
            pool.end()
    if retry is not None and again:
        yield from _alone(work, again, retry)


def _alone(work: Callable[[T], R], items: Sequence[T], retry: Retry[T, R]) -> Generator[R, None, None]:
    pool = _Pool(1)
    try:
        for item, outcome in pool.outcomes(functools.partial(_explained, work), items):
            yield retry.failed(item, outcome.line) if isinstance(outcome, Killed) else outcome
    finally:
        pool.end()


def _explained(work: Callable[[T], R], item: T) -> R:
    with memory_explained("in a worker"):
        return work(item)
