"""Noise: how far the values of a sample of cells move with the number of threads, and with the seed.

Each cell is fitted and measured twice more in this process: with THREADS threads, where results are made with
one; and with a seed that its suite does not list, where its pipeline is random. Vectors and audits are made
with one thread before. Only point values are computed, and nothing is written but the moves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.codecs.calls import CallFitter
from harness.codecs.pipeline import Fitter
from harness.evaluation.context import EncoderContext, EncoderSpec, spec_of
from harness.evaluation.evaluate import point_values
from harness.evaluation.means import OnProgress
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.noise import CellNoise, MetricNoise, parse_noise
from harness.evidence.stability import Key, Stability, current
from harness.evidence.stamp import read_stamped, write_stamped
from harness.numerics.rounding import rounded
from harness.parallel import resources
from harness.planning import registry
from harness.planning.cells import Cell
from harness.planning.status import Entry
from harness.run.compare import tolerance, values_of
from harness.run.group import seeding
from harness.types import Json

THREADS = 2


def measured(
    entries: Sequence[Entry], chosen: Sequence[Entry], committed: Tree, store: Path, on_progress: OnProgress
) -> list[CellNoise]:
    """Return how far the values of the ``chosen`` of ``entries`` move from the ``committed`` ones.

    Raises InputError or BlockedError where a cell cannot be run.
    """
    resources.use_threads()
    jitter = stability.read(committed)
    cells: list[CellNoise] = []
    for entry in chosen:
        on_progress("noise", len(cells), len(chosen))
        cells.append(_noise(entry, [each.cell for each in entries], committed, store, jitter))
    on_progress("noise", len(cells), len(chosen))
    return cells


def write(cells: Sequence[CellNoise], tree: Tree) -> Path:
    """Write the noise of ``cells``, stamped, and return its path."""
    write_stamped(tree.noise(), {"threads": THREADS, "cells": [cell.model_dump() for cell in cells]})
    return tree.noise()


def outdated(tree: Tree) -> list[str]:
    """Return a line for each cell whose noise was measured from another result than ``tree`` has."""
    path = tree.noise()
    cells = parse_noise(path, read_stamped(path)[0]).cells if path.is_file() else []
    return [
        f"{path}: {each.suite}/{each.cell}: measured from another result than the one that is here"
        for each in cells
        if not current(tree, each.suite, each.cell, each.result)
    ]


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Give this process ``number`` threads, and afterwards as many as before."""
    before = resources.THREADS
    resources.THREADS = number
    try:
        resources.use_threads()
        yield
    finally:
        resources.THREADS = before
        resources.use_threads()


def _noise(entry: Entry, planned: list[Cell], committed: Tree, store: Path, jitter: Stability) -> CellNoise:
    cell = entry.cell
    result, sha256 = read_stamped(committed.result(cell.suite, cell.id))
    spec = spec_of(entry.inputs, cell.encoder, [cell], store)
    EncoderContext(spec).evaluation(cell.train)  # stores vectors and audits, made with one thread
    with threads(THREADS):
        by_threads = _moves(spec, cell, result)
    seeds = [each for each in planned if _but_for_seed(each) == _but_for_seed(cell)]
    seed = max(each.seed for each in seeds) + 1 if _is_random(cell) else None
    by_seed = _moves(spec, dataclasses.replace(cell, seed=seed), result) if seed is not None else {}
    spreads = _spreads(seeds, committed)
    metrics = [
        MetricNoise(
            metric=metric,
            spread=_largest(spreads, metric),
            threads=_largest(by_threads, metric),
            seed=_largest(by_seed, metric),
            tolerance=min(tolerance(jitter, result, key) for key in values_of(result) if key[2] == metric),
        )
        for metric in sorted({key[2] for key in values_of(result)})
    ]
    return CellNoise(suite=cell.suite, cell=cell.id, result=sha256, seed=seed, metrics=metrics)


def _moves(spec: EncoderSpec, cell: Cell, result: Json) -> dict[Key, float]:
    """Return how far each value of a result moves when the cell is fitted and measured as it is now."""
    context = EncoderContext(spec).evaluation(cell.train)  # anew: nothing of an earlier run is in it
    fitter = Fitter(context.training, seeding(spec.inputs, cell))
    values = point_values(cell, context, CallFitter(fitter, context.tests, context.vectors))
    plain = values_of(result)
    return {
        key: rounded(abs(rounded(values[key]) - plain[key]["value"])) for key in plain.keys() & values.keys()
    }


def _spreads(seeds: Sequence[Cell], committed: Tree) -> dict[Key, float]:
    """Return the range of each value over the committed results of the ``seeds``, of two or more."""
    paths = [committed.result(cell.suite, cell.id) for cell in seeds]
    results = [values_of(read_stamped(path)[0]) for path in paths if path.is_file()]
    by_key = {
        key: [values[key]["value"] for values in results if key in values]
        for key in set[Key]().union(*results)
    }
    return {key: rounded(max(xs) - min(xs)) for key, xs in by_key.items() if len(xs) > 1}


def _largest(moves: Mapping[Key, float], metric: str) -> float | None:
    return max((move for key, move in moves.items() if key[2] == metric), default=None)


def _but_for_seed(cell: Cell) -> Cell:
    return dataclasses.replace(cell, seed=0, keep_codec=False)  # a suite keeps the codec of one seed


def _is_random(cell: Cell) -> bool:
    """Return whether a seed changes what a step of the cell, or its index, comes to."""
    used = [("compressors", step) for step in cell.steps]
    used += [("indexes", cell.index)] if cell.index else []
    return any(registry.load(kind, step.use, cell.id).RANDOM for kind, step in used)
