"""Work spread over processes: its results, its errors, and the processes behind it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from harness.errors import InputError, RunError
from harness.parallel import workers
from harness.parallel.workers import spread


@pytest.fixture(autouse=True)
def _no_workers_left() -> Iterator[None]:
    """End the pool that a test leaves for the next call."""
    yield
    workers._pool(2).end(multiprocessing.active_children())
    workers._pool.cache_clear()


def _squared(number: int) -> int:
    return number * number


def _process(_: int) -> int:
    time.sleep(0.2)
    return os.getpid()


def _refused(number: int) -> int:
    raise InputError(f"row {number} is wrong")


def _exhausted(_: int) -> int:
    raise MemoryError


def _killed(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(600)
    return number


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_item_is_worked_on_once(jobs: int) -> None:
    """In any order, in this process or in others."""
    assert [0, 1, 4, 9, 16] == sorted(spread(_squared, range(5), jobs))


def test_one_job_stays_in_this_process() -> None:
    """As does a single item, whatever the jobs."""
    assert {os.getpid()} == {*spread(_process, range(2), 1), *spread(_process, range(1), 8)}


def test_workers_stay_for_the_next_call() -> None:
    """What they have loaded is loaded once."""
    first, second = (set(spread(_process, range(6), 2)) for _ in range(2))
    assert os.getpid() not in first
    assert second <= first


def _left() -> list[object]:
    """Return the workers that do not end within a minute; that one has ended is known a moment later."""
    deadline = time.monotonic() + 60
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.1)
    return list(multiprocessing.active_children())


@pytest.mark.parametrize(("work", "error"), [(_refused, InputError), (_exhausted, MemoryError)])
def test_an_error_reaches_the_caller_and_ends_the_workers(
    work: Callable[[int], int], error: type[Exception]
) -> None:
    """It is the error of the work, as if that had been done here."""
    with pytest.raises(error):
        list(spread(work, range(4), 2))
    assert [] == _left()


def test_closing_early_ends_the_workers() -> None:
    """Who stops asking does not wait for what is still under way."""
    results = spread(_process, range(100), 2)
    assert next(results) != os.getpid()
    results.close()
    assert [] == _left()


def test_workers_that_do_not_end_in_time_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is still starting cannot look at its pipe; it is gone as well when the call ends."""
    monkeypatch.setattr(workers, "GRACE", 0.0)
    with pytest.raises(InputError):
        list(spread(_refused, range(4), 2))
    assert [] == _left()


def test_a_killed_worker_is_an_error_that_names_the_signal() -> None:
    """The others end too, and the next call starts anew."""
    with pytest.raises(RunError, match="a worker was killed by SIGKILL, most likely because memory ran out;"):
        list(spread(_killed, range(1, 3), 2))
    assert [] == _left()
    assert [0, 1] == sorted(spread(_squared, range(2), 2))
