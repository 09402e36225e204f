"""Work in threads: every result, the first error, and no wait at the end of the process."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from harness.audit.threads import in_threads


def test_every_item_is_worked_on_once() -> None:
    """With fewer threads than items, and with more."""
    for threads in (1, 2, 50):
        assert sorted(range(0, 40, 2)) == sorted(in_threads(lambda x: 2 * x, range(20), threads))


def test_an_error_in_a_thread_is_raised_where_the_work_was_asked_for() -> None:
    """As it was raised there."""

    def divide(x: int) -> float:
        return 1 / x

    with pytest.raises(ZeroDivisionError):
        list(in_threads(divide, [1, 0, 1], 2))


def test_a_process_ends_without_waiting_for_its_threads() -> None:
    """A thread that would work for a minute ends with the process."""
    code = (
        "import time; from harness.audit.threads import in_threads\n"
        "next(in_threads(time.sleep, [0, 60], 2)); raise SystemExit(7)"
    )
    begun = time.monotonic()
    assert 7 == subprocess.run([sys.executable, "-c", code], check=False, timeout=50).returncode
    assert time.monotonic() - begun < 40
