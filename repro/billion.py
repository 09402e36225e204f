"""What a billion vectors of 1,024 dimensions take: ``python -m repro.billion`` prints a table.

Each command runs on two files of random vectors. A row's cost is the difference of their processor times by
the difference of their rows: what a command takes to start is not in it. Of REPEATS runs the shortest counts.
Everything for more rows is arithmetic. Standard library only; ``harness`` has to be installed.
"""

from __future__ import annotations

import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROWS, DIMENSION = 10**9, 1024
SIZES = (50_000, 200_000)  # rows of the files that are measured
REPEATS = 3
QUERIES, K = 1_000, 100
MACHINES, CORES = 16, 16  # a machine
PIPELINES = {
    "8 bits a dimension": "scalar bits=8",
    "random projection, signs": "random-projection dims=1024 | sign",
    "PCA to 256, 4 bits each": "pca dims=256 | scalar bits=4",
    "PQ of 128 bytes": "pq subvectors=128",
}
BYTES = {"8 bits a dimension": 1024}  # a vector; the others have 128
SIGNS, ONES = int.from_bytes(bytes.fromhex("ffff7f80") * DIMENSION, "little"), "0000003f"


@dataclass(frozen=True)
class Step:
    """Something done to every row: the bytes that it leaves of one, and its processor seconds on one core."""

    name: str
    bytes_per_row: int
    seconds_per_row: float

    def measured(self) -> str:
        """Return the measured rate as a line."""
        return f"{self.name:<40}{1 / self.seconds_per_row:>14,.0f} rows a second"

    def extrapolated(self) -> str:
        """Return what ROWS rows take, as a line: bytes left, times, and what a machine has to read."""
        hours = ROWS * self.seconds_per_row / 3600
        left = f"{ROWS * self.bytes_per_row / 1e9:,.0f} GB" if self.bytes_per_row else "-"
        read = CORES * 4 * DIMENSION / self.seconds_per_row / 1e9
        times = f"{hours:>10,.2f} h{hours / CORES:>10,.2f} h{60 * hours / CORES / MACHINES:>10,.2f} min"
        return f"{self.name:<40}{left:>10}{times}{read:>11,.2f} GB/s"


def write_vectors(path: Path, rows: int, seed: int) -> None:
    """Write a .npy of float32 numbers of random sign between 0.5 and 1, a row after the other."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {DIMENSION}), }}"
    padded = header.ljust(117) + "\n"
    exponent = int.from_bytes(bytes.fromhex(ONES) * DIMENSION, "little")
    drawn = random.Random(seed)  # noqa: S311 - vectors, no secret
    with path.open("wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode())
        for _ in range(rows):
            bits = drawn.getrandbits(32 * DIMENSION) & SIGNS | exponent
            file.write(bits.to_bytes(4 * DIMENSION, "little"))


def seconds(command: list[str], store: Path) -> float:
    """Return the processor seconds of a command, of the system among them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "HARNESS_CACHE": str(store)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def steps(folder: Path) -> Iterator[Step]:
    """Yield each step with its cost, as measured in ``folder``."""
    harness = str(Path(sys.executable).with_name("harness"))
    files = [folder / f"{rows}.npy" for rows in SIZES]
    for file, rows in zip(files, SIZES, strict=True):
        write_vectors(file, rows, rows)
    write_vectors(folder / "queries.npy", QUERIES, 0)

    def step(name: str, bytes_per_row: int, *command: str) -> Step:
        costs = []
        for file in files:
            runs = (folder / f"{name}-{file.stem}-{i}".replace(" ", "-") for i in range(REPEATS))
            costs.append(
                min(seconds([part.format(file=file, out=run) for part in command], run) for run in runs)
            )
        return Step(name, bytes_per_row, (costs[1] - costs[0]) / (SIZES[1] - SIZES[0]))

    yield step("sha256 of the vectors", 0, "sha256sum", "{file}")
    for name, pipeline in PIPELINES.items():
        codec = folder / name.replace(" ", "-")
        seconds([harness, "fit", str(files[0]), "--pipeline", pipeline, "-o", str(codec)], folder)
        compress = (harness, "compress", "{file}", "--codec", str(codec), "-o", "{out}.npy")
        yield step(f"compress: {name}", BYTES.get(name, 128), *compress)
    search = (harness, "neighbors", "{file}", str(folder / "queries.npy"), "-k", str(K), "--jobs", "1")
    yield step(f"exact neighbours of {QUERIES:,} queries", 0, *search, "-o", "{out}.npz")


def table(measured: list[Step], machine: str) -> str:
    """Return the page's table: what was measured, and what follows for ROWS rows."""
    cluster = f"{MACHINES} machines"
    columns = f"{'':<40}{'left':>10}{'one core':>12}{f'{CORES} cores':>12}{cluster:>14}{'read by each':>16}"
    return "\n".join([
        f"measured: {DIMENSION:,} dimensions, {SIZES[0]:,} and {SIZES[1]:,} rows, processor time of one core",
        f"on {machine}",
        *(step.measured() for step in measured),
        "",
        f"extrapolated: {ROWS:,} rows, {ROWS * 4 * DIMENSION / 1e9:,.0f} GB as float32",
        columns,
        *(step.extrapolated() for step in measured),
    ])  # fmt: skip


def machine() -> str:
    """Return the processor and how many cores there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        print(table(list(steps(Path(folder))), machine()))


if __name__ == "__main__":
    main()
