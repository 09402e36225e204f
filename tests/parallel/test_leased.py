"""Work that machines share: every piece is done once, and the pieces of those that died as well."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from pathlib import Path

import pytest

from harness.parallel.leased import Piece, leased, once
from harness.parallel.leases import Lease, LeaseLostError, Leases, open_leases

SECONDS = 0.3
PIECES = [Piece(f"work {i}", i) for i in range(30)]


def _machine(folder: Path, name: str, seconds: float = 60.0) -> Leases:
    return open_leases(folder, name, seconds)


def _squared(number: int, _: Lease) -> int:
    return number * number


def _run(results: list[int], leases: Leases) -> None:
    results.extend(leased(leases, _squared, PIECES, 1))


def test_every_piece_is_done_once_by_one_of_the_machines(tmp_path: Path) -> None:
    """Three that begin with the same list end with every result once among them."""
    results: list[int] = []
    machines = [_machine(tmp_path, str(i)) for i in range(3)]
    threads = [threading.Thread(target=_run, args=(results, leases)) for leases in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(i * i for i in range(30)) == Counter(results)


def test_a_piece_whose_holder_died_is_taken_over(tmp_path: Path) -> None:
    """Its lease expires; the result is not missing."""
    assert _machine(tmp_path, "dead", SECONDS).claim("work 3") is not None
    assert 30 == len(list(leased(_machine(tmp_path, "alive"), _squared, PIECES, 1)))


def _once_lost(log: list[int], number: int, _: Lease) -> int:
    log.append(number)
    if number == 3 and log.count(3) == 1:
        raise LeaseLostError("another process has it")
    return number


def test_a_piece_that_was_lost_is_asked_for_again(tmp_path: Path) -> None:
    """Whoever took it over may die as well."""
    log: list[int] = []
    done = leased(_machine(tmp_path, "here"), functools.partial(_once_lost, log), PIECES, 1)
    assert set(range(30)) == set(done)
    assert 2 == log.count(3)


def _refused(number: int, _: Lease) -> int:
    raise ValueError(f"row {number} is wrong")


def test_an_error_of_the_work_is_raised_and_leaves_the_piece_to_others(tmp_path: Path) -> None:
    """They need not wait until the lease expires."""
    with pytest.raises(ValueError, match="row 0 is wrong"):
        list(leased(_machine(tmp_path, "first"), _refused, PIECES, 1))
    assert "free" == _machine(tmp_path, "second").state("work 0")


def test_what_is_done_once_is_done_by_the_first_of_those_that_began_before(tmp_path: Path) -> None:
    """A machine that begins later does it again: it cannot know that nothing has changed."""
    log: list[str] = []
    first, second = _machine(tmp_path, "first"), _machine(tmp_path, "second")
    once(first, "records", lambda: log.append("first"))
    once(second, "records", lambda: log.append("second"))
    once(_machine(tmp_path, "third"), "records", lambda: log.append("third"))
    assert ["first", "third"] == log
