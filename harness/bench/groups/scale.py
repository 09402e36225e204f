"""Commands on files of growing size: processor time a row, and the memory that the system measures.

The largest file has HARNESS_BENCH_ROWS rows, by default a million, and as many as the disk has room for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.lib import format as npy

from harness.bench.planted import SEED
from harness.bench.processes import Used, measured
from harness.bench.record import at_most, measurement
from harness.errors import InputError
from harness.evidence.schema.bench import Measurement
from harness.vectors.source import BLOCK_ROWS

TITLE = "Files of growing size"
ROWS = "HARNESS_BENCH_ROWS"
FLAT = "a further row costs at most 20 % more than in smaller files"
FLAT_REASON = (
    "The kernel takes it: once files fill the system's page cache, a page is freed before one is written."
)
MEMORY = "at most 2 GB of resident memory"
PIPELINE = "pca dims={dims} | scalar bits=4"
_COPIES = 3  # of the vectors that the disk has to hold: the file, what is decompressed, and the rest
_FIRST, _LARGEST = 10_000, 1_000_000
_QUERIES = 500


def measure(
    _mirror: Path | None,
    sizes: tuple[int, ...] = (),
    dimension: int = 384,
    time: str = "2m",
    only: tuple[str, ...] = (),
) -> Iterator[Measurement]:
    """Yield, for each command, the time of a further row and the peak memory.

    ``sizes``: rows of three files or more, in increasing order; ``time`` is what an audit gets. ``only``
    these commands run, by default all; each needs the files of those before it.
    """
    sizes = sizes or _sizes(dimension)
    with TemporaryDirectory(prefix="harness-bench-") as temporary:
        used = [_commands(Path(temporary), rows, dimension, time, only) for rows in sizes]
    for command in used[0]:
        yield from _compared(command, sizes, [each[command] for each in used], dimension)


def _compared(
    command: str, sizes: Sequence[int], used: Sequence[Used], dimension: int
) -> Iterator[Measurement]:
    seconds = [each.seconds for each in used]
    further = [1e6 * (seconds[j] - seconds[i]) / (sizes[j] - sizes[i]) for i, j in ((0, -2), (-2, -1))]
    yield measurement(
        f"harness {command}",
        f"from {sizes[-2]:,} to {sizes[-1]:,} rows of {dimension} dimensions",
        "s of processor time a million rows",
        [further[1]],
        (f"from {sizes[0]:,} to {sizes[-2]:,} rows", [further[0]]),
        at_most(1.2, FLAT),
        FLAT_REASON,
    )
    yield measurement(
        f"memory of harness {command}",
        f"{sizes[-1]:,} rows of {dimension} dimensions, the largest process",
        "GB",
        [used[-1].peak / 1e9],
        target=at_most(2.0, MEMORY),
    )


def _commands(folder: Path, rows: int, dimension: int, time: str, only: tuple[str, ...]) -> dict[str, Used]:
    """Return what each command uses on a file of ``rows`` rows; nothing of it stays on the disk."""
    with TemporaryDirectory(dir=folder) as own:
        vectors, queries, codec, codes, decoded, cosines, nearest, audit = (
            str(Path(own) / name)
            for name in ("x.npy", "q.npy", "codec", "c.npy", "d.npy", "s.npy", "n.npz", "audit")
        )
        write_planted(Path(vectors), rows, dimension, SEED)
        write_planted(Path(queries), min(_QUERIES, rows), dimension, SEED + 1)
        pipeline = PIPELINE.format(dims=min(64, dimension // 2))
        commands = (
            ("fit", vectors, "--pipeline", pipeline, "-o", codec),
            ("compress", vectors, "--codec", codec, "-o", codes),
            ("decompress", codes, "--codec", codec, "-o", decoded),
            ("similarity", codes, codes, "--codec", codec, "-o", cosines),
            ("neighbors", vectors, queries, "-k", "100", "-o", nearest),
            ("audit", vectors, "--time", time, "-o", audit),
        )
        return {
            command[0]: measured(*command, store=Path(own) / "store")
            for command in commands
            if not only or command[0] in only
        }


def write_planted(path: Path, rows: int, dimension: int, seed: int) -> None:
    """Write Gaussian rows (rows, dimension) float32 as ``harness.bench.planted`` makes them, by blocks."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(np.random.default_rng(SEED).standard_normal((dimension, dimension)))[0]
    axes = (np.arange(1, dimension + 1)[:, None] ** -0.5 * basis).astype(np.float32)
    with path.open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (rows, dimension)}
        npy.write_array_header_1_0(file, header)
        for start in range(0, rows, BLOCK_ROWS):
            block = rng.standard_normal((min(BLOCK_ROWS, rows - start), dimension), np.float32)
            file.write((block @ axes).tobytes())


def _sizes(dimension: int) -> tuple[int, ...]:
    """Return sizes from _FIRST on, each ten times the one before, up to what is wanted and has room.

    The last is 2 to 20 times the one before: a few further rows take no time that could be measured.
    """
    text = os.environ.get(ROWS, str(_LARGEST))
    if not text.isdecimal() or int(text) < 100 * _FIRST:
        raise InputError(f"{ROWS}: found {text!r}, expected a number of rows from {100 * _FIRST:,} on")
    with TemporaryDirectory() as folder:
        room = shutil.disk_usage(folder).free // (_COPIES * 4 * dimension)
    if room < 100 * _FIRST:
        needed = _COPIES * 4 * dimension * 100 * _FIRST
        raise InputError(f"bench: found too little room on the disk, expected {needed:,} bytes free")
    largest = min(int(text), room)
    sizes = [_FIRST]
    while sizes[-1] < largest:
        sizes.append(10 * sizes[-1] if 20 * sizes[-1] <= largest else largest)
    return tuple(sizes)
