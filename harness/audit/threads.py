"""Work in threads that end with their process: Ctrl-C does not wait for what they do."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """Yield what ``work`` returns for each item, in the order in which it is done.

    The first error of a thread is raised. The threads are daemons, unlike those of ``concurrent.futures``,
    whose end the interpreter waits for.
    """
    waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
    for item in items:
        waiting.put(item)

    def run() -> None:
        """Work until nothing waits or an error is raised."""
        while True:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((work(item), None))
            except BaseException as error:  # noqa: BLE001 - raised in the thread that asked for the work
                done.put((None, error))
                return

    for _ in range(min(threads, len(items))):
        threading.Thread(target=run, daemon=True).start()
    for _ in items:
        result, error = done.get()
        if error is not None:
            raise error
        yield result  # type: ignore[misc]
