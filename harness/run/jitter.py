"""Jitter: how far values move when input vectors are disturbed in the last place.

For the lowest seed and the first training split of each pipeline, encoder and point (of a grid: the first
setting), every vector is multiplied by 1 + 1e-7 u, u uniform in [-1, 1], training and test vectors alike;
human scores, audit and the seeds of steps stay. The file states each value minus the result's, three times.
Only point values are computed: no interval, no timing. Each cell's values are stored at once, so that an
interrupted run resumes; a suite's file is written when all of its cells are measured.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from harness.codecs.calls import CallFitter
from harness.codecs.pipeline import Fitter
from harness.data.identity import first_rows
from harness.errors import BlockedError, InputError, RunError
from harness.evaluation.context import EncoderSpec, embed, open_context, spec_of
from harness.evaluation.evaluate import point_values
from harness.evaluation.evaluation_context import EvaluationContext, cosines_before
from harness.evaluation.means import OnProgress
from harness.evidence.layout import Tree
from harness.evidence.stability import Key, current, key_of
from harness.evidence.stamp import digest, read_stamped, write_stamped
from harness.numerics.rounding import rounded
from harness.numerics.seeding import seeded_generator
from harness.parallel.resources import use_threads
from harness.parallel.workers import spread
from harness.planning import registry
from harness.planning.cells import Cell
from harness.planning.status import Entry
from harness.run.group import group_key, seeding
from harness.types import Floats, Json

RELATIVE = 1e-7
DRAWS = 3
_CHUNK = 1_024  # rows disturbed at a time

Work: TypeAlias = tuple[EncoderSpec, Cell, Path]  # a cell, and the file of its disturbed values


def run(entries: list[Entry], tree: Tree, store: Path, jobs: int, on_progress: OnProgress) -> list[str]:
    """Measure what is not yet stored and write ``jitter/<suite>.json``; return one line for each that failed.

    Raises RunError where a cell has no result yet that its moves can be measured against.
    """
    chosen = selected(entries)
    todo = [entry for entry in chosen if entry.state == "to do"]
    if todo:
        cell = todo[0].cell
        raise RunError(f"{len(todo)} cells are to do, {cell.suite} {cell.id} first; harness run before")
    stored = {(e.cell.suite, e.cell.id): store / "jitter" / f"{digest(identity(e))}.json" for e in chosen}
    work: dict[Path, Work] = {}
    for entry in chosen:
        path = stored[entry.cell.suite, entry.cell.id]
        if not path.is_file():
            work.setdefault(path, (_spec(entry, entries, store), entry.cell, path))
    failures = _measure(list(work.values()), jobs, on_progress)
    for suite in dict.fromkeys(entry.cell.suite for entry in chosen):
        cells = [entry.cell for entry in chosen if entry.cell.suite == suite]
        if all(stored[suite, cell.id].is_file() for cell in cells):
            moves = [_moves(cell, tree, stored[suite, cell.id]) for cell in cells]
            write_stamped(tree.jitter(suite), _content(suite, moves))
    return failures


def selected(entries: Iterable[Entry]) -> list[Entry]:
    """Return the cell of each pipeline that is measured, of those that are neither blocked nor left out."""
    first: dict[tuple[str, str, str, str | None], Entry] = {}
    for entry in entries:
        cell = entry.cell
        if not entry.can_run:
            continue
        taken = first.setdefault((cell.suite, cell.encoder, cell.pipeline, cell.point), entry)
        alike = (cell.train, cell.grid) == (taken.cell.train, taken.cell.grid)
        if alike and cell.seed < taken.cell.seed:
            first[cell.suite, cell.encoder, cell.pipeline, cell.point] = entry
    return list(first.values())


def incomplete(entries: Iterable[Entry], tree: Tree) -> list[str]:
    """Return a line for each suite whose jitter in ``tree`` is not of all its pipelines as they are now.

    Where no suite has any there is no line: jitter is made on request, of all suites or of none.
    """
    folder = tree.jitter("*").parent
    if not any(folder.glob("*.json")):
        return []
    cells: dict[str, set[str]] = {}
    for entry in selected(entries):
        cells.setdefault(entry.cell.suite, set()).add(entry.cell.id)
    lines = []
    for suite in sorted(cells.keys() | {path.stem for path in folder.glob("*.json")}):
        path, expected = tree.jitter(suite), cells.get(suite, set())
        listed = read_stamped(path)[0]["cells"] if path.is_file() else []
        fresh = [entry["cell"] for entry in listed if current(tree, suite, entry["cell"], entry["result"])]
        if sorted(fresh) != sorted(expected) or len(fresh) != len(listed):
            lines.append(f"{path}: found {len(fresh)} pipelines as they are now, expected {len(expected)}")
    return lines


def identity(entry: Entry) -> dict[str, Any]:
    """Return everything that determines a cell's disturbed values: cells of two suites may share them."""
    cell, inputs = entry.cell, entry.inputs.identity(entry.cell)
    deciding = ("seed", "steps", "tests", "metrics", "stages", "asymmetric", "index")
    own = {key: inputs["cell"][key] for key in deciding} | {"train": entry.inputs.datasets[cell.train]}
    own |= {"drawn_as": cell.drawn_as} if cell.index else {}  # which an index has its seed from
    return {**inputs, "cell": own, "jitter": registry.code_digest(__name__)}


def disturbed(x: Floats, name: str, number: int) -> Floats:
    """Return ``x`` (n, D) float32 times 1 + RELATIVE u, drawn by name and number; equal rows stay equal."""
    rng = seeded_generator(f"jitter {number} of {name}")
    first, groups = first_rows(row.tobytes() for row in x)
    moved = np.empty(x.shape, np.float32)
    for start in range(0, len(x), _CHUNK):
        rows = x[start : start + _CHUNK]
        moved[start : start + _CHUNK] = rows * (1 + RELATIVE * rng.uniform(-1, 1, rows.shape))
    return moved[first[groups]]


def _spec(entry: Entry, entries: list[Entry], store: Path) -> EncoderSpec:
    key = entry.cell.suite, entry.cell.encoder
    cells = [e.cell for e in entries if (e.cell.suite, e.cell.encoder) == key and e.can_run]
    return spec_of(entry.inputs, entry.cell.encoder, cells, store)


def _measure(work: list[Work], jobs: int, on_progress: OnProgress) -> list[str]:
    for spec in dict.fromkeys(spec for spec, _, _ in work):
        embed(spec, lambda _done, _of: None, jobs)
    together: dict[str, list[Work]] = {}
    for spec, cell, path in work:
        together.setdefault(group_key(spec.inputs, cell), []).append((spec, cell, path))
    groups = sorted(together.values(), key=lambda group: -len(group))
    done, failures = 0, list[str]()
    on_progress("jitter", 0, len(work))
    for count, failed in spread(_measure_group, groups, max(1, min(jobs, len(groups)))):
        done, failures = done + count, failures + failed
        on_progress("jitter", done, len(work))
    return failures


def _measure_group(group: list[Work]) -> tuple[int, list[str]]:
    """Measure cells that begin with the same step: what they share is fitted once a disturbance."""
    use_threads()
    failures: list[str] = []
    fitters: dict[tuple[str, str, int], Fitter] = {}
    for spec, cell, path in group:
        try:
            draws: list[dict[Key, float]] = []
            for number in range(DRAWS):
                context = _disturbed_context(spec, cell.train, number)
                key = spec.suite, cell.train, number
                fitter = fitters.setdefault(key, Fitter(context.training, seeding(spec.inputs, cell)))
                calls = CallFitter(fitter, context.tests, context.vectors)
                draws.append(point_values(cell, context, calls))
            values = [
                dict(zip(("protocol", "dataset", "metric"), key, strict=True))
                | {"values": [rounded(values[key]) for values in draws]}
                for key in draws[0]
                if all(key in values for values in draws)
            ]
            write_stamped(path, {"values": values})
        except (InputError, BlockedError) as error:
            failures.append(f"{cell.suite}: {cell.id}: {error}")
    return len(group), failures


@functools.lru_cache(maxsize=2 * DRAWS)
def _disturbed_context(spec: EncoderSpec, train: str, number: int) -> EvaluationContext:
    """Return what cells share, of disturbed vectors: audit and human scores are the undisturbed ones.

    A process keeps those of two splits, as groups of cells come to it one by one.
    """
    plain = open_context(spec).evaluation(train)
    vectors = {
        name: disturbed(rows, f"{spec.encoder}, {spec.read(name).draw_name}", number)
        for name, rows in plain.vectors.items()
    }
    before = {name: cosines_before(data, vectors[name], spec.encoder) for name, data in plain.tests.items()}
    return dataclasses.replace(plain, vectors=vectors, before=before)


def _moves(cell: Cell, tree: Tree, stored: Path) -> dict[str, Any]:
    """Return a cell's entry: each value's moves from the result's."""
    content, sha256 = read_stamped(tree.result(cell.suite, cell.id))
    plain = {key_of(value): value["value"] for value in content["values"]}
    values = [
        {key: value[key] for key in ("protocol", "dataset", "metric")}
        | {"moves": [rounded(x - plain[key_of(value)]) for x in value["values"]]}
        for value in read_stamped(stored)[0]["values"]
        if key_of(value) in plain
    ]
    own = {"encoder": cell.encoder, "pipeline": cell.pipeline, "point": cell.point}
    return {"cell": cell.id, **own, "result": sha256, "values": values}


def _content(suite: str, cells: list[dict[str, Any]]) -> Json:
    metrics = sorted({value["metric"] for cell in cells for value in cell["values"]})
    floors = {
        metric: registry.load("metrics", metric.partition("@")[0], "metrics").RERUN_TOLERANCE
        for metric in metrics
    }
    return {
        "suite": suite,
        "disturbance": {"relative": RELATIVE, "draws": DRAWS},
        "floors": floors,
        "cells": cells,
    }
