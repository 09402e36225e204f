"""Cells that are fitted together: each is measured, and its result written whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.codecs.calls import CallFitter
from harness.codecs.pipeline import Fitter
from harness.errors import BlockedError, InputError
from harness.evaluation.context import EncoderSpec, open_context
from harness.evaluation.evaluate import Measured, measure
from harness.evaluation.evaluation_context import EvaluationContext
from harness.evaluation.second_pass import with_second_pass
from harness.evaluation.timing import cell_timings, check_timings
from harness.evidence import npz
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import digest, dumps, write_stamped
from harness.parallel.memory import OutOfMemoryError, memory_explained
from harness.parallel.resources import forget_peak_memory, use_threads
from harness.planning.cells import Cell
from harness.planning.resolve import Inputs
from harness.run.environment import envelope
from harness.statistics.bootstrap import LEVEL, RESAMPLES
from harness.types import Json


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one encoder, training split and seed that begin with the same step: fitted together.

    They may be of several suites, each cell with the encoder as its own suite has it.
    """

    cells: tuple[tuple[EncoderSpec, Cell], ...]
    tree: Tree


def run_group(group: Group, before_writing: Callable[[], None] = lambda: None) -> tuple[int, list[str]]:
    """Measure the cells of a group; return how many there are, and a line for each that failed.

    ``before_writing`` is called before a cell is written; what it raises ends the group.
    """
    use_threads()
    failures: list[str] = []
    fitter: Fitter | None = None
    first = True
    for spec, cell in group.cells:
        start = time.monotonic()
        forget_peak_memory()
        try:
            with memory_explained("while opening its vectors"):
                context = open_context(spec).evaluation(cell.train)
                # One: training split and seeds of a group's cells are the same.
                fitter = fitter or Fitter(context.training, seeding(spec.inputs, cell))
            fitting = time.monotonic()
            with memory_explained("while fitting"):
                fitter.fit(cell.steps)  # stays fitted, so that measuring does not fit again
            fitted = time.monotonic() - fitting
            with memory_explained("while measuring"):
                check_timings(cell, context, fitter.fit(cell.steps))
                calls = CallFitter(fitter, context.tests, context.vectors)
                result = with_second_pass(cell, context, measure(cell, context, calls))
            durations = {"seconds": time.monotonic() - start}
            if first:  # else the first step was fitted for another cell, and costs nothing here
                durations["training_seconds"] = fitted
            first = False
            before_writing()
            with memory_explained("while writing its result"):
                _write(spec, cell, context, result, group.tree, durations)
        except (InputError, BlockedError, OutOfMemoryError) as error:
            failures.append(f"{cell.suite}: {cell.id}: {error}")
    return len(group.cells), failures


def seeding(inputs: Inputs, cell: Cell) -> Json:
    """Return what determines the seeds of a cell's steps, apart from the steps."""
    return {
        "encoder": inputs.encoders[cell.encoder],
        "train": inputs.datasets[cell.train],
        "seed": cell.seed,
    }


def group_key(inputs: Inputs, cell: Cell) -> str:
    """Return what cells have in common that are fitted together: their seeds and their first step."""
    return digest([seeding(inputs, cell), cell.steps[0].spec()])


def _write(
    spec: EncoderSpec,
    cell: Cell,
    context: EvaluationContext,
    result: Measured,
    tree: Tree,
    durations: Mapping[str, float],
) -> None:
    suite = cell.suite
    files = {"before": tree.scores(suite, cell.encoder), "after": tree.scores(suite, cell.id)}
    write_atomic(files["after"], npz.dumps(result.scores))
    if cell.keep_codec:
        result.pipeline.save(tree.codec(suite, cell.id), spec.inputs.datasets[cell.train])
        files["codec"] = tree.codec(suite, cell.id)
    content = {
        "suite": suite,
        "cell": cell.id,
        "inputs": spec.inputs.identity(cell),
        "training_rows": len(context.training.vectors),
        "interval": {"level": LEVEL, "resamples": RESAMPLES},
        **_stated(result),
        "files": {
            key: {"path": path.relative_to(tree.root).as_posix(), "sha256": sha256_file(path)}
            for key, path in files.items()
        },
    }
    volatile = envelope(durations)
    volatile["costs"] = {name: asdict(cost) for name, cost in result.costs.items()}
    if cell.timings:
        volatile["timings"] = cell_timings(cell, context, result.pipeline, result.encoded)
    write_atomic(tree.envelope(suite, cell.id), dumps(volatile))
    write_stamped(tree.result(suite, cell.id), content)  # last: a result means that all of it is there


def _stated(result: Measured) -> dict[str, Any]:
    """Return a measurement as JSON; empty parts are left out."""
    optional = {"left_out": result.left_out, "codes": result.codes, "training": result.training}
    return {
        "sizes": result.sizes,
        "contamination": result.contamination,
        "values": [value.as_json() for value in result.values],
        **{key: part for key, part in optional.items() if part},
    }
