"""How far a run has come, on standard error: bars on a terminal, lines with the time elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TextIO

Progress = Callable[[str, int, int], None]  # the step, how much of it is done, of how much

INTERVAL = 60.0  # seconds without a line, at most, in a log
SPACING = 10.0  # seconds between two lines of one step that goes on


def progress() -> AbstractContextManager[Progress]:
    """Return bars where standard error is a terminal, else a log."""
    return bars() if sys.stderr.isatty() else log(sys.stderr)


@contextmanager
def bars() -> Iterator[Progress]:
    """Yield a function that draws a bar with the time left for each step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as display:
        tasks: dict[str, Any] = {}

        def on_progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = display.add_task(step, total=total)
            display.update(tasks[step], completed=done, total=total)

        yield on_progress


@contextmanager
def log(
    stream: TextIO, interval: float = INTERVAL, clock: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """Yield a function that writes a line where a step begins, ends, or has gone on for SPACING seconds.

    A thread writes one each ``interval`` seconds while nothing is heard: a log shows that a run lives.
    """
    lines = _Lines(stream, interval, clock)
    ended = threading.Event()
    repeating = threading.Thread(target=_repeat, args=(lines, ended, interval), daemon=True)
    repeating.start()
    try:
        yield lines.update
    finally:
        ended.set()
        repeating.join()


def _repeat(lines: _Lines, ended: threading.Event, interval: float) -> None:
    while not ended.wait(interval / 4):
        lines.write_if_due()


class _Lines:
    def __init__(self, stream: TextIO, interval: float, clock: Callable[[], float]) -> None:
        self._stream, self._interval, self._clock = stream, interval, clock
        self._begun = self._written = clock()
        self._step, self._done, self._total = "", 0, 0
        self._lock = threading.Lock()

    def update(self, step: str, done: int, total: int) -> None:
        """Take in how far a step has come; write a line where one is due."""
        with self._lock:
            begins = step != self._step or done < self._done
            ends = done >= total and (begins or self._done < self._total)
            self._step, self._done, self._total = step, done, total
            if begins or ends or self._clock() - self._written >= SPACING:
                self._write()

    def write_if_due(self) -> None:
        """Write a line where ``interval`` seconds have gone by since the last one."""
        with self._lock:
            # A quarter early: the next look is a quarter of the interval away.
            if self._step and self._clock() - self._written >= 0.75 * self._interval:
                self._write()

    def _write(self) -> None:
        self._written = self._clock()
        minutes, seconds = divmod(int(self._written - self._begun), 60)
        elapsed = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        self._stream.write(f"[{elapsed}] {self._step}: {self._done} of {self._total}\n")
        self._stream.flush()
