"""What is measured on the CPU and on a CUDA device: products, neighbours, trainings and encoding.

Every case ends in an array, and says how far the arrays of two devices may be apart. From the last digits
on, trainings take other paths: their arrays are the cosines of held-out pairs after the codec, and what is
compared is what suites measure, Spearman's correlation with the cosines before it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.bench.planted import SEED, params, planted, training
from harness.bench.random_encoder import texts
from harness.codecs.principal_axes import forget_axes
from harness.data import identity
from harness.encoders import sentence_transformer
from harness.evaluation import knn, teacher
from harness.evaluation.cosines import cosines
from harness.metrics import spearman
from harness.numerics.device_products import product
from harness.planning import registry
from harness.types import Codec, Floats, Ints, Place

Array = NDArray[Any]
PAIRS = 5_000  # held-out pairs that trainings are compared by
QUERIES = 1_000
# Compressors that torch trains, and aqea for its products.
TRAINED = (
    "aqea", "autoencoder", "crossmap", "fsq", "lens", "lens-ensemble", "listwise", "residual-vq", "student",
)  # fmt: skip
TEACHERS = {"listwise": 200, "student": 100}  # ranks of the teacher's list, made before the clock starts


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work: ``run`` is timed, and ``outcome`` makes the array to compare of what it returned.

    ``apart`` is how far two outcomes are apart, and ``measure`` says in what; up to ``allowed`` they agree.
    ``before`` is called before the clock starts.
    """

    name: str
    size: str
    run: Callable[[], Any]
    measure: str
    apart: Callable[[Array, Array], float]
    allowed: float
    outcome: Callable[[Any], Array] = np.asarray
    before: Callable[[], object] = lambda: None


def cases(rows: int, dimension: int, encoder: sentence_transformer.Params, count: int) -> Iterator[Case]:
    """Yield the cases for ``rows`` vectors of ``dimension``, and for ``count`` texts under ``encoder``."""
    x, held_out = np.split(planted(rows + PAIRS, dimension), [rows])
    size = f"{rows:,} × {dimension}"
    yield from _products(x, size)
    for name in TRAINED:
        yield _training(name, x, held_out, size)
    data, place = texts(count, SEED), Place(Path(), None, offline=True)
    encode = functools.partial(sentence_transformer.encode, data, list(range(count)), encoder, place)
    yield Case("encoding", f"{count:,} texts", encode, "relative error", _relative, 1e-4)


def _products(x: Floats, size: str) -> Iterator[Case]:
    own: Ints = np.arange(min(QUERIES, len(x)))
    unit = knn.unit(x)
    multiply = functools.partial(product, x, np.ascontiguousarray(x.T))
    yield Case("product", f"{size} by its transpose", multiply, "relative error", _relative, 1e-5)
    cores = os.cpu_count() or 1
    yield Case(
        f"product, {cores} cores",
        f"{size} by its transpose",
        functools.partial(_with_threads, cores, multiply),
        "relative error",
        _relative,
        1e-5,
    )
    nearest = functools.partial(knn.nearest, x[own], x, own)
    yield Case("neighbours", f"{len(own):,} queries, {size}", nearest, "other ranks", _differing, 1e-3)
    search = functools.partial(teacher.search, unit, 100)
    yield Case("teacher", f"100 ranks, {size}", search, "other ranks", _differing, 1e-3)
    yield Case("copies", size, functools.partial(identity.grouped, x), "other rows", _differing, 0.0)


def _training(name: str, x: Floats, held_out: Floats, size: str) -> Case:
    module = registry.load("compressors", name, "bench")
    train = training(name, x)
    before = cosines(held_out, np.roll(held_out, 1, axis=0), "held-out pairs")
    return Case(
        f"fit {name}",
        size,
        functools.partial(module.fit, train, params(module, x.shape[1]), SEED),
        "Spearman",
        functools.partial(_correlations, before),
        spearman.RERUN_TOLERANCE,
        outcome=functools.partial(_cosines_after, held_out),
        before=functools.partial(_prepare, name, x),
    )


def _prepare(name: str, x: Floats) -> None:
    """Forget the axes of the last fit, which are timed; make the teacher, which is a case of its own.

    Repeats have the same rows in the same order: their outcomes are compared byte by byte.
    """
    forget_axes()
    if name in TEACHERS:
        teacher.top_k(x, TEACHERS[name])


def _cosines_after(rows: Floats, codec: Codec) -> Array:
    decoded = codec.decode(codec.encode(rows))
    return cosines(decoded, np.roll(decoded, 1, axis=0), "held-out pairs")


def _correlations(before: Floats, a: Array, b: Array) -> float:
    """Return how far apart the Spearman correlations of ``a`` and ``b`` (m,) with ``before`` (m,) are."""
    from scipy.stats import spearmanr

    one, other = (float(spearmanr(before, after).statistic) for after in (a, b))
    return abs(one - other)


def _relative(a: Array, b: Array) -> float:
    return float(np.linalg.norm((a - b).astype(np.float64)) / np.linalg.norm(a.astype(np.float64)))


def _differing(a: Array, b: Array) -> float:
    return float((a != b).mean())


def _with_threads(threads: int, work: Callable[[], Array]) -> Array:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        return work()
