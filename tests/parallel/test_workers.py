"""Work spread over processes: its results, its errors, and the processes behind it."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.errors import InputError, RunError
from harness.parallel import worker, workers
from harness.parallel.memory import OutOfMemoryError
from harness.parallel.workers import Retry, in_processes, spread


@pytest.fixture(autouse=True)
def _no_workers_left() -> Iterator[None]:
    """End the pool that a test leaves for the next call."""
    yield
    workers._pool(2).end()
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


@pytest.mark.parametrize(("work", "error"), [(_refused, InputError), (_exhausted, OutOfMemoryError)])
def test_an_error_reaches_the_caller_and_ends_the_workers(
    work: Callable[[int], int], error: type[Exception]
) -> None:
    """It is the error of the work; of memory that ran out, the line that says how much the worker held."""
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
    monkeypatch.setattr(worker, "GRACE", 0.0)
    with pytest.raises(InputError):
        list(spread(_refused, range(4), 2))
    assert [] == _left()


KILLED = (
    r"a worker was killed by SIGKILL, most likely because memory ran out: its process held at most \S+( GB)?,"
    r" and \S+( GB)? were available when last seen"  # unknown, where it was killed before anyone looked
)


def _ended_by_a_nameless_signal(_: int) -> None:
    os.kill(os.getpid(), signal.SIGRTMIN + 5)
    time.sleep(600)


def test_a_signal_without_a_name_is_a_number() -> None:
    """The system has real-time signals, of which Python names two."""
    with pytest.raises(RunError, match=f"a worker was killed by signal {signal.SIGRTMIN + 5}: "):
        list(spread(_ended_by_a_nameless_signal, range(2), 2))


def test_a_killed_worker_is_an_error_that_names_the_signal() -> None:
    """The others end too, and the next call starts anew."""
    with pytest.raises(RunError, match=KILLED + "; what is done is kept: run again with fewer --jobs"):
        list(spread(_killed, range(1, 3), 2))
    assert [] == _left()
    assert [0, 1] == sorted(spread(_squared, range(2), 2))


def _process_or_killed(item: tuple[Path, int]) -> tuple[int, int, int]:
    """Return the number, this process, and its siblings; die at number 1, and at number 2 the first time."""
    folder, number = item
    first = folder / str(number)
    again = first.exists()
    first.touch()
    time.sleep(1)  # until it has been looked at
    if number == 1 or (number == 2 and not again):
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid(), os.getppid()


def _no_parts(_: tuple[Path, int]) -> list[tuple[Path, int]]:
    return []


def _itself(item: tuple[Path, int]) -> list[tuple[Path, int]]:
    return [item]


def _lost(item: tuple[Path, int], line: str) -> tuple[int, int | str, int]:
    return item[1], line, 0


def test_work_goes_on_after_a_killed_worker(tmp_path: Path) -> None:
    """Two of six items kill theirs: one succeeds alone, one is killed again and comes to a line, once."""
    items = [(tmp_path, number) for number in range(6)]
    results = list(in_processes(_process_or_killed, items, 2, Retry(_itself, _lost)))
    assert [*range(6)] == sorted(number for number, _, _ in results)
    lines = {number: str(text) for number, text, _ in results}
    assert re.fullmatch(KILLED, lines[1])
    assert all(lines[number].isdecimal() for number in (0, 2, 3, 4, 5))
    assert {1, 2} == {number for number, _, _ in results[4:]}
    assert lines[2] not in {lines[number] for number in (0, 3, 4, 5)}
    assert [] == _left()


def test_an_item_of_no_parts_is_left(tmp_path: Path) -> None:
    """What was done of it is done."""
    items = [(tmp_path, number) for number in (1, 4)]
    results = in_processes(_process_or_killed, items, 2, Retry(_no_parts, _lost))
    assert [4] == [number for number, _, _ in results]


def test_a_worker_that_was_killed_idle_is_replaced() -> None:
    """The next call has as many workers, and loses nothing."""
    idle = set(spread(_process, range(6), 2))
    os.kill(idle.pop(), signal.SIGKILL)
    assert _soon_one_left()
    again = set(spread(_process, range(6), 2))
    assert 2 == len(again)
    assert idle < again


def _soon_one_left() -> bool:
    deadline = time.monotonic() + 60
    while len(multiprocessing.active_children()) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)  # until the pool's own thread has seen it
    return 1 == len(multiprocessing.active_children())
