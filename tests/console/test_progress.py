"""The log of a run: a line at each step and one a minute, with the time gone by."""

from __future__ import annotations

import io
import threading
import time

import pytest
from support.command import Cli
from support.suites import SmallSuite

from harness.console.progress import log


class Clock:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def test_a_line_stands_where_a_step_begins_and_ends() -> None:
    """What comes in between is not written while the last line is young."""
    stream, clock = io.StringIO(), Clock()
    with log(stream, clock=clock) as on_progress:
        for step, total in (("vectors", 3), ("audit", 1)):
            for done in range(total + 1):
                on_progress(step, done, total)
                clock.now += 3
    expected = [
        "[0:00:00] vectors: 0 of 3",
        "[0:00:09] vectors: 3 of 3",
        "[0:00:12] audit: 0 of 1",
        "[0:00:15] audit: 1 of 1",
    ]
    assert expected == stream.getvalue().splitlines()


def test_a_step_that_comes_again_has_its_lines_again() -> None:
    """A second suite is audited under the same words."""
    stream = io.StringIO()
    with log(stream, clock=Clock()) as on_progress:
        for done in (0, 2, 0, 2):
            on_progress("audit", done, 2)
    assert [0, 2, 0, 2] == [int(line.split()[2]) for line in stream.getvalue().splitlines()]


def test_a_long_step_has_a_line_every_ten_seconds() -> None:
    """One that reports each second, two hours long."""
    stream, clock = io.StringIO(), Clock()
    with log(stream, clock=clock) as on_progress:
        for done in range(7201):
            on_progress("cells", done, 7200)
            clock.now += 1
    lines = stream.getvalue().splitlines()
    expected = [f"[{n // 3600}:{n // 60 % 60:02}:{n % 60:02}] cells: {n} of 7200" for n in range(0, 7201, 10)]
    assert expected == lines


def test_a_silent_step_is_repeated() -> None:
    """While nothing is heard a thread writes the last step again."""
    stream = io.StringIO()
    with log(stream, interval=0.05) as on_progress:
        on_progress("cells", 1, 9)
        end = time.monotonic() + 60
        while stream.getvalue().count("\n") < 3 and time.monotonic() < end:
            time.sleep(0.01)
    assert {"cells: 1 of 9"} == {line[10:] for line in stream.getvalue().splitlines()}
    assert 3 <= stream.getvalue().count("\n")


def test_nothing_is_written_before_the_first_step_or_after_the_end() -> None:
    """Its thread ends with it."""
    stream, before = io.StringIO(), threading.active_count()
    with log(stream, interval=0.01):
        time.sleep(0.05)
    assert ("", before) == (stream.getvalue(), threading.active_count())


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_without_a_terminal_logs_its_steps(cli: Cli, small_suite: SmallSuite, jobs: str) -> None:
    """Audit, cells and means, on standard error; standard output has the summary alone."""
    folder = small_suite().parent.parent
    done = cli("run", "mine", "--jobs", jobs, cwd=folder)
    assert (0, "mine: 2 run, 0 done before, 0 blocked\n") == (done.returncode, done.stdout)
    lines = [line.partition("] ")[2] for line in done.stderr.splitlines()]
    steps = [step for step in lines if step != "cells: 1 of 2"]  # said where one takes longer
    expected = [
        *("contamination audit of mine: 0 of 1", "contamination audit of mine: 1 of 1"),
        *("cells: 0 of 2", "cells: 2 of 2"),
        *("means over seeds: 1 of 2", "means over seeds: 2 of 2"),
    ]
    assert expected == steps
