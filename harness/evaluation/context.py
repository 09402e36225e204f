"""From located inputs to what cells share: vectors, training split, cosines before, overlaps."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.data.contamination import Overlap, overlap
from harness.embedding.cache import cached, entry
from harness.embedding.spaces import embedded_by
from harness.embedding.units import Told
from harness.errors import InputError
from harness.evaluation import retrieval
from harness.evaluation.evaluate import Material, training_of
from harness.evaluation.series import draw
from harness.planning.cells import Cell
from harness.planning.registry import code_of
from harness.planning.resolve import Inputs
from harness.statistics import clusters
from harness.statistics.clusters import Sample
from harness.statistics.estimates import cosines
from harness.types import Floats


@dataclass(frozen=True, slots=True)
class Base:
    """One encoder of a suite over the sets that its cells use, in the suite's order."""

    suite: str
    encoder: str
    sets: tuple[str, ...]
    tests: tuple[str, ...]
    store: Path
    inputs: Inputs = field(compare=False)


def base_of(inputs: Inputs, encoder: str, cells: list[Cell], store: Path) -> Base:
    """Return the base of an encoder's cells, done or not: their scores before compression are one file."""
    used = {name for cell in cells for name in (cell.train, *cell.tests)}
    tested = {name for cell in cells for name in cell.tests}
    order = list(inputs.suite.datasets)
    return Base(
        suite=inputs.suite.name,
        encoder=encoder,
        sets=tuple(name for name in order if name in used),
        tests=tuple(name for name in order if name in tested),
        store=store,
        inputs=inputs,
    )


@functools.lru_cache(maxsize=4)
def embedded(base: Base) -> dict[str, Floats]:
    """Return the vectors of every set; kept for the process."""
    return embed(base, lambda _done, _of: None)


def embed(base: Base, told: Told, jobs: int = 1) -> dict[str, Floats]:
    """Return the vectors of every set, made where the store has them not; ``told`` hears the rows done."""
    inputs = base.inputs
    sets = [inputs.read(name) for name in base.sets]
    return embedded_by(inputs, base.encoder, sets, base.store, told, jobs)


@functools.lru_cache(maxsize=4)
def before(base: Base) -> dict[str, Floats]:
    """Return the cosines of every test set's pairs before compression."""
    found = {}
    for name in base.tests:
        left, right = base.inputs.read(name).pairs.T
        if len(left) == 0:
            raise InputError(f"{name}: found a set without pairs, expected pairs to test on")
        rows = embedded(base)[name]
        found[name] = cosines(rows[left], rows[right], f"{base.encoder}: {name}")
    return found


@functools.lru_cache(maxsize=8)
def material(base: Base, train: str) -> Material:
    """Return what the cells trained on ``train`` share."""
    read = base.inputs.read
    rows = embedded(base)
    return Material(
        training=training_of(read(train), rows[train]),
        tests={name: read(name) for name in base.tests},
        vectors={name: rows[name] for name in base.tests},
        before=before(base),
        overlaps={name: overlap_of(base, name, train) for name in base.tests},
        drawn=functools.cache(lambda name: draw(read(name), read(train), rows[name])),
        judged=functools.cache(lambda name: retrieval.scores(read(name), rows[name], rows[name])),
        samples=functools.partial(samples, base),
    )


@functools.lru_cache(maxsize=16)
def samples(base: Base, tests: tuple[str, ...]) -> dict[str, Sample]:
    """Return how the pairs of test sets that are measured together are resampled."""
    suite = base.inputs.suite
    return clusters.samples({name: base.inputs.read(name) for name in tests}, suite.combine)


@functools.lru_cache(maxsize=64)
def overlap_of(base: Base, name: str, split: str) -> Overlap:
    """Return what the pairs of a test set share with a training split."""
    test, train = base.inputs.read(name), base.inputs.read(split)
    identity = {
        "test": {"name": test.name, **test.origin},
        "train": {"name": train.name, **train.origin},
        "code": code_of(overlap.__module__),
    }
    kept = cached(entry(base.store, "overlaps", identity), lambda: _stacked(overlap(test, train)))
    return Overlap(*np.array(kept))


def _stacked(found: Overlap) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.stack([found.shared_pair, found.seen_sentence, found.near_duplicate])
