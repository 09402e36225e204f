"""Figures as SVG, drawn by a process of their own while this one goes on: a third of the report's time."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import Finalize
from typing import Any

from harness.errors import RunError
from harness.parallel.worker import Worker
from harness.types import Json


def svg(figure: Any) -> bytes:
    """Return a figure as SVG, the same bytes in every run."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "harness", "svg.fonttype": "path", "path.simplify": False}):
        # Figure.savefig comes to the same bytes, but draws twice: once for the layout alone.
        canvas: Any = FigureCanvasSVG(figure)  # matplotlib has no types for what follows
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def drawing(numbers: Mapping[str, Json]) -> Callable[[], dict[str, bytes]]:
    """Begin to draw each figure, by its module's name, from its numbers; return what waits for the SVGs.

    Calling that raises RunError where the process was killed.
    """
    try:
        worker, futures = _begun(numbers)
    except BrokenProcessPool:  # it was killed since the last report
        _worker.cache_clear()
        worker, futures = _begun(numbers)

    def pictures() -> dict[str, bytes]:
        try:
            return {name: future.result() for name, future in futures.items()}
        except BrokenProcessPool as error:
            raise RunError(f"figures: {worker.killed().line}; render the report again") from error
        finally:
            _worker.cache_clear()
            worker.let_go()

    return pictures


def get_ready() -> None:
    """Start the process, and have it load what draws, while this one reads the evidence."""
    with contextlib.suppress(BrokenProcessPool):  # ``drawing`` starts another
        _worker().submit(_load, "matplotlib.backends.backend_svg")


def _begun(numbers: Mapping[str, Json]) -> tuple[Worker, dict[str, Future[bytes]]]:
    worker = _worker()
    return worker, {name: worker.submit(_svg_of, (name, own)) for name, own in numbers.items()}


@functools.lru_cache(maxsize=1)
def _worker() -> Worker:
    worker = Worker()
    # A process that is itself a worker waits for its children when it ends, before pools are shut down.
    Finalize(None, worker.let_go, exitpriority=1)
    return worker


def _load(module: str) -> None:
    importlib.import_module(module)


def _svg_of(item: tuple[str, Json]) -> bytes:
    name, numbers = item
    return svg(importlib.import_module(f"report.figures.{name}").draw(numbers))
