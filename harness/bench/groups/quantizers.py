"""Training of PQ and OPQ against faiss at its own settings, in a process without the harness.

faiss's threads wait for one another by spinning. On idle cores that costs nothing. On cores with other work
the waiting thread takes the time of the one that it waits for. The harness trains in one thread. Each method
is trained with the project's iterations, which are fewer, and with faiss's; on idle cores, and beside as many
busy processes as there are cores.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from harness.bench import faiss_training, processes
from harness.bench.planted import SEED, planted
from harness.bench.record import at_least, at_most, measurement, rates
from harness.compressors import opq_rotation, pq
from harness.evidence.schema.bench import Measurement
from harness.parallel.resources import default_jobs
from harness.types import Floats, Training

TITLE = "Training of PQ and OPQ against faiss"
SPEED = "at least 4 times as fast as faiss at its defaults"
LOSS = "no loss: a squared error within 1 % of faiss's"
SLOWER = (
    "k-means takes it: the distances that faiss computes too, in one thread here, in one a core there. On "
    "idle cores faiss's threads do not disturb one another."
)
BUSY = ", beside other work"
WORSE = "Fewer rounds: the rotation is not yet where faiss's iterations bring it."
PQ_ITERATIONS, OPQ_ITERATIONS = 25, 50  # faiss's defaults
VARIANTS = {  # iterations of k-means, and rounds of the rotation
    "the project's iterations": (
        pq.Params.model_fields["iterations"].default,
        opq_rotation.Params.model_fields["iterations"].default,
    ),
    "faiss's iterations": (PQ_ITERATIONS, OPQ_ITERATIONS),
}


def measure(
    _mirror: Path | None,
    sizes: tuple[tuple[str, int, int, int], ...] = (("pq", 10_500, 384, 12), ("opq", 2_000, 64, 8)),
    repeats: int = 3,
) -> Iterator[Measurement]:
    """Yield rate and error of each of ``sizes``: method, rows, dimension and bytes a vector."""
    for method, rows, dimension, subvectors in sizes:
        x = planted(rows, dimension)
        yield from _compared(method, x, subvectors, repeats, "")
        with processes.busy(default_jobs()):
            yield from _compared(method, x, subvectors, repeats, BUSY)


def _compared(method: str, x: Floats, subvectors: int, repeats: int, beside: str) -> Iterator[Measurement]:
    ours: dict[str, list[tuple[float, float]]] = {name: [] for name in VARIANTS}
    theirs: list[tuple[float, float]] = []
    with TemporaryDirectory(prefix="harness-bench-") as folder:
        path = Path(folder) / "x.npy"
        np.save(path, x)
        _ours(method, x[:1_000], subvectors, 1, 1)  # what a first call imports is not timed
        for _ in range(repeats):  # in turn: all see the same machine
            theirs.append(_theirs(method, path, subvectors))
            for name, iterations in VARIANTS.items():
                ours[name].append(_ours(method, x, subvectors, *iterations))
    what = f"{len(x):,} × {x.shape[1]} to {subvectors} bytes"
    for name, pairs in ours.items():
        (taken, errors), (other, baseline) = zip(*pairs, strict=True), zip(*theirs, strict=True)
        yield measurement(
            f"train {method}, {name}{beside}",
            what,
            "vectors/s",
            rates(len(x), taken),
            ("faiss at its defaults", rates(len(x), other)),
            at_least(4, SPEED),
            SLOWER,
        )
        yield measurement(
            f"error of {method}, {name}{beside}",
            what,
            "mean squared error",
            errors,
            ("faiss at its defaults", baseline),
            at_most(1.01, LOSS),
            WORSE,
        )


def _ours(method: str, x: Floats, subvectors: int, iterations: int, rounds: int) -> tuple[float, float]:
    """Return the seconds of a training, and the mean squared error of the vectors that it saw."""
    train = functools.partial(Training, pairs=np.empty((0, 2), np.int64), gold=None)
    start = time.perf_counter()
    if method == "opq":
        params = opq_rotation.Params(subvectors=subvectors, iterations=rounds)
        rotation = opq_rotation.fit(train(x), params, SEED)
        x = rotation.decode(rotation.encode(x))
    codec = pq.fit(train(x), pq.Params(subvectors=subvectors, iterations=iterations), SEED)
    taken = time.perf_counter() - start
    error = np.square(codec.decode(codec.encode(x)) - x, dtype=np.float64).mean()
    return taken, float(error)


def _theirs(method: str, vectors: Path, subvectors: int) -> tuple[float, float]:
    printed = processes.python(Path(str(faiss_training.__file__)), method, str(vectors), str(subvectors))
    result = json.loads(printed)
    return float(result["seconds"]), float(result["error"])
