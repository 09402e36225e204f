"""A whole suite from cold against the encoding of its texts alone, and again with nothing left to do."""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench import processes
from harness.bench.record import at_most, measurement, seconds
from harness.evidence.schema.bench import Measurement
from harness.parallel.resources import default_jobs

TITLE = "A suite from cold, and with nothing to do"
SUITE = "sample"  # its texts and its encoder come in packages
TARGET = "a suite's total at most 1.5 times its encoding alone, from cold"
WARM = "a warm run with nothing to do in at most 1 s"
REASON = "Many cells on the same texts: fitting and evaluating them takes longer than encoding."
WARM_REASON = "Every result is read and checked against its inputs, and means and labels are compared."


def measure(
    mirror: Path | None, suite: str = SUITE, only: str = "*", repeats: int = 3, warm: int = 7
) -> Iterator[Measurement]:
    """Yield the seconds of ``harness run`` of the cells that match ``only``: cold, then warm."""
    jobs, name = default_jobs(), Path(suite).stem
    with TemporaryDirectory(prefix="harness-bench-") as folder:
        stores = (Path(folder) / f"store-{i}" for i in itertools.count())
        out = (Path(folder) / f"out-{i}" for i in itertools.count())
        used: list[tuple[Path, Path]] = []

        def total() -> None:
            used.append((next(stores), next(out)))
            _run(suite, only, mirror, *used[-1])

        alone = functools.partial(_encode_alone, suite, only, jobs, mirror, stores)
        taken, encoding = seconds(total, alone, repeats=repeats, warm_ups=0)
        yield measurement(
            f"harness run {name}, from cold",
            f"{jobs} processes, empty store",
            "s",
            taken,
            ("encoding alone", encoding),
            at_most(1.5, TARGET),
            REASON,
        )
        again = functools.partial(_run, suite, only, mirror, *used[-1])
        (taken,) = seconds(again, repeats=warm)
        what = f"{jobs} processes, every cell done"
        yield measurement(f"harness run {name}, warm", what, "s", taken, None, at_most(1, WARM), WARM_REASON)


def _run(suite: str, only: str, mirror: Path | None, store: Path, out: Path) -> None:
    mirrored = ("--mirror", str(mirror)) if mirror else ()
    place = ("--offline", "--device", "cpu", "--out", str(out), *mirrored)
    processes.harness("run", suite, "--only", only, *place, store=store)


def _encode_alone(suite: str, only: str, jobs: int, mirror: Path | None, stores: Iterator[Path]) -> None:
    mirrored = [str(mirror)] if mirror else []
    command = [sys.executable, "-m", "harness.bench.encoding_alone", suite, only, str(jobs), *mirrored]
    processes.run(command, processes.environment(next(stores)))
