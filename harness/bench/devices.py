"""The CPU against a CUDA device in one run: how far their outcomes are apart, and how long each takes.

The CPU has the harness's pinned numerics and one thread, as a cell has. Each case runs once to warm up and
then REPEATS times, all cases on the CPU first; the median counts. What is timed on a device contains the
copies to it and back.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.bench.device_cases import Array, Case, cases
from harness.bench.random_encoder import random_encoder
from harness.numerics import device
from harness.parallel.resources import use_threads
from harness.run.environment import envelope

REPEATS = 3


@dataclass(frozen=True, slots=True)
class Runs:
    """The repeats of a case on one device: seconds, and outcomes."""

    seconds: list[float]
    outcomes: list[Array]

    def as_json(self) -> dict[str, Any]:
        """Return the median in seconds, the extremes, and whether all outcomes have the same bytes."""
        return {
            "seconds": round(statistics.median(self.seconds), 6),
            "shortest": round(min(self.seconds), 6),
            "longest": round(max(self.seconds), 6),
            "repeats_same_bytes": len({outcome.tobytes() for outcome in self.outcomes}) == 1,
        }


def measured(
    rows: int, dimension: int, texts: int, on_progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Return, as JSON, the machine and each case; without CUDA the cases have the CPU's figures alone.

    ``rows`` vectors of ``dimension`` and ``texts`` texts are worked on.
    """
    start = time.perf_counter()
    use_threads()
    names: list[device.Device] = ["cpu", "cuda"] if device.has_cuda() else ["cpu"]
    runs: dict[tuple[str, str], Runs] = {}
    with random_encoder() as encoder:
        listed = list(cases(rows, dimension, encoder, texts))
        work = list(itertools.product(names, listed))
        for done, (name, case) in enumerate(work):
            on_progress(f"{name}: {case.name}", done, len(work))
            device.choose(name)
            runs[case.name, name] = _runs(case)
        machine = envelope({"seconds": time.perf_counter() - start})
    device.choose("cpu")
    return {
        "machine": machine,
        "repeats": REPEATS,
        "cases": [_row(case, {name: runs[case.name, name] for name in names}) for case in listed],
    }


def _runs(case: Case) -> Runs:
    runs = Runs([], [])
    for i in range(REPEATS + 1):
        case.before()
        start = time.perf_counter()
        result = case.run()
        seconds = time.perf_counter() - start
        if i:  # else it warmed up
            runs.seconds.append(seconds)
            runs.outcomes.append(case.outcome(result))
    return runs


def _row(case: Case, by_device: dict[str, Runs]) -> dict[str, Any]:
    row: dict[str, Any] = {"case": case.name, "size": case.size}
    row |= {name: runs.as_json() for name, runs in by_device.items()}
    if "cuda" in by_device:
        apart = case.apart(by_device["cpu"].outcomes[0], by_device["cuda"].outcomes[0])
        row["times_faster"] = round(row["cpu"]["seconds"] / row["cuda"]["seconds"], 2)
        row["apart"] = {"in": case.measure, "by": apart, "allowed": case.allowed}
    return row


def differing(document: dict[str, Any]) -> list[str]:
    """Return a line for each case whose outcomes are further apart than allowed."""
    compared = [(row["case"], row["apart"]) for row in document["cases"] if "apart" in row]
    return [
        f"{case}: {apart['in']}: found {apart['by']:g} apart, expected at most {apart['allowed']:g}"
        for case, apart in compared
        if not apart["by"] <= apart["allowed"]  # NaN is not
    ]
