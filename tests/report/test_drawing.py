"""Figures drawn by another process: the same bytes as matplotlib's own way in this one; a killed process."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from harness.errors import RunError
from report.evidence.rows import Row
from report.figures import contamination
from report.pages import drawing


def _figure() -> Figure:
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots(1, 2)
    for i, axis in enumerate(axes):
        axis.errorbar([1, 2, 3], [4.0, 2.5, 9.0], yerr=[0.5, 0.25, 1.0], label=f"series {i}")
        axis.set_xlabel("bytes per vector")
    figure.suptitle("A title\nof two lines")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center")
    return figure


def _rows() -> list[Row]:
    return [
        Row(
            suite="sts-generalization", cell=f"{pipeline}.s0", encoder="minilm", pipeline=pipeline,
            point=None, grid="", asymmetric=False, train="stsb-train", seed=0,
            bytes_per_vector=52, ratio=29.5, label=pipeline, protocol=protocol,
            dataset="sts12-16", metric="retention@human", value=value, low=value - 0.01,
            high=value + 0.01, n=100,
        )
        for pipeline, every, clean in (("lens", 0.95, 0.9), ("sign", 0.9, 0.89))
        for protocol, value in (("as-published", every), ("decontaminated", clean))
    ]  # fmt: skip


def test_drawing_once_gives_the_bytes_of_savefig() -> None:
    """Matplotlib's savefig draws twice, once for the layout alone; the picture is the same."""
    expected = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "harness", "svg.fonttype": "path", "path.simplify": False}):
        _figure().savefig(expected, format="svg", metadata={"Date": None, "Creator": None})
    assert expected.getvalue() == drawing.svg(_figure())


def test_another_process_draws_the_same_bytes() -> None:
    """What the worker sends is what is drawn here."""
    numbers = contamination.data(_rows(), [])
    expected = {"contamination": drawing.svg(contamination.draw(numbers))}
    assert expected == drawing.drawing({"contamination": numbers})()


def test_a_process_that_is_killed_is_an_error_in_one_line_and_the_next_report_has_another() -> None:
    """The line says what ended it."""
    numbers = {"contamination": contamination.data(_rows(), [])}
    pid = drawing._worker()._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it has work when it is killed
    pictures = drawing.drawing(numbers)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(RunError, match=r"^figures: a worker was killed by SIGKILL"):
        pictures()
    assert {"contamination"} == set(drawing.drawing(numbers)())


def test_a_worker_that_drew_ends() -> None:
    """A process that is itself a worker, as the one that renders to compare, waits for no child."""
    worker = multiprocessing.get_context("spawn").Process(target=drawing.get_ready)
    worker.start()
    worker.join(60)
    ended = worker.exitcode
    worker.kill()
    assert 0 == ended
