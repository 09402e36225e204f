"""Suite to ordered cells: which encoder, training split, pipeline, point and seed. No I/O, nothing heavy."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from harness import limits
from harness.errors import InputError
from harness.planning import registry
from harness.planning.models import Pipeline, Suite
from harness.planning.parameters import encoder_params
from harness.planning.points import budget, guardrails
from harness.planning.steps import Step, index_of, is_random, steps_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement: everything that decides its result, but for the inputs' bytes.

    ``train_drawn_as``: the name that stands for the training split's where names seed draws.
    """

    suite: str
    encoder: str
    train: str
    pipeline: str
    point: str | None
    seed: int
    steps: tuple[Step, ...]
    tests: tuple[str, ...]
    metrics: tuple[tuple[str, tuple[str, ...]], ...]
    stages: bool
    asymmetric: bool
    index: Step | None
    grid: tuple[tuple[str, Any], ...]
    guardrails: tuple[tuple[str, Any], ...]
    target_bytes: int | None
    keep_codec: bool
    timings: bool
    train_drawn_as: str | None = None

    @property
    def id(self) -> str:
        """Return the name of the cell's files: encoder, training split, pipeline, point, settings, seed."""
        return self._named(self.train)

    @property
    def drawn_as(self) -> str:
        """Return the name that seeds what is drawn for the cell: its id, with the split as it is drawn."""
        return self._named(self.train_drawn_as or self.train)

    def _named(self, train: str) -> str:
        point = f".{self.point}" if self.point else ""
        settings = "".join(f".{key.rpartition('.')[2]}-{value}" for key, value in self.grid)
        return f"{self.encoder}.{train}.{self.pipeline}{point}{settings}.s{self.seed}"

    def spec(self) -> dict[str, Any]:
        """Return the cell as JSON, for the result and for the hash that decides whether it is done."""
        return {
            "encoder": self.encoder,
            "train": self.train,
            "pipeline": self.pipeline,
            "point": self.point,
            "seed": self.seed,
            "steps": [step.spec() for step in self.steps],
            "tests": list(self.tests),
            "metrics": {name: list(metrics) for name, metrics in self.metrics},
            "stages": self.stages,
            "asymmetric": self.asymmetric,
            "index": self.index.spec() if self.index else None,
            "grid": dict(self.grid),
            "guardrails": dict(self.guardrails),
        }


def cells(suite: Suite, where: str) -> list[Cell]:
    """Return every cell of a suite in order; raise InputError for parameters that make no sense.

    A pipeline in which nothing is random has one seed, the first.
    """
    for protocol in suite.protocols:
        registry.load("protocols", protocol, f"{where}: protocols")
    limits.CELLS.check(_most_cells(suite), f"{where}: pipelines, grids, points and seeds make up")
    planned = [
        _cell(suite, encoder, train, pipeline, settings, point, seed, where)
        for encoder, definition in suite.encoders.items()
        for _ in [encoder_params(definition)]
        for pipeline in suite.pipelines
        if pipeline.encoders is None or encoder in pipeline.encoders
        for train in suite.trains(encoder, pipeline)
        for point in (pipeline.points or (None,))
        for settings in _settings(pipeline)
        for seed in _seeds(suite, pipeline, where)
    ]
    for name in (suite.name, *(cell.id for cell in planned)):
        limits.NAME.check(len(name.encode()), f"{where}: {name[:60]}…")
    pipelines = {f"{cell.pipeline}.{cell.point}" if cell.point else cell.pipeline for cell in planned}
    for name in set(suite.codecs) - pipelines:
        raise InputError(
            f"{where}: codecs: found {name!r}, expected a pipeline, or pipeline.point, of this suite"
        )
    return planned


def _most_cells(suite: Suite) -> int:
    """Return how many cells a suite has if every pipeline in it is random: counted, none of them is built."""
    return sum(
        len(suite.trains(encoder, pipeline))
        * max(len(pipeline.points), 1)
        * math.prod(len(values) for values in pipeline.grid.values())
        * len(pipeline.seeds or suite.seeds)
        for encoder in suite.encoders
        for pipeline in suite.pipelines
        if pipeline.encoders is None or encoder in pipeline.encoders
    )


def _seeds(suite: Suite, pipeline: Pipeline, where: str) -> list[int]:
    """Return the seeds of a pipeline: the first alone where nothing in it is random."""
    seeds = pipeline.seeds or suite.seeds
    return seeds if is_random(pipeline, where) else seeds[:1]


def _settings(pipeline: Pipeline) -> list[tuple[tuple[str, Any], ...]]:
    """Return every combination of the grid's values; a single empty one where there is no grid."""
    keys = list(pipeline.grid)
    return [tuple(zip(keys, values, strict=True)) for values in itertools.product(*pipeline.grid.values())]


def _cell(
    suite: Suite,
    encoder: str,
    train: str,
    pipeline: Pipeline,
    settings: tuple[tuple[str, Any], ...],
    point: str | None,
    seed: int,
    where: str,
) -> Cell:
    tested = suite.tests(encoder, pipeline)
    metrics = {name: suite.metrics_of(name, pipeline) for name in tested}
    for name in dict.fromkeys(metric for listed in metrics.values() for metric in listed):
        _check_metric(name, pipeline, where)
    named = f"{pipeline.name}.{point}" if point else pipeline.name
    return Cell(
        suite=suite.name,
        encoder=encoder,
        train=train,
        pipeline=pipeline.name,
        point=point,
        seed=seed,
        steps=steps_of(suite, encoder, pipeline, dict(settings), point, where),
        tests=tuple(tested),
        metrics=tuple(sorted(metrics.items())),
        stages=pipeline.stages,
        asymmetric=pipeline.asymmetric,
        index=index_of(pipeline, where),
        grid=settings,
        guardrails=guardrails(suite, point),
        target_bytes=budget(suite, point, encoder, where) if point else None,
        keep_codec=named in suite.codecs and seed == suite.seeds[0],
        timings=suite.timings,
        train_drawn_as=suite.datasets[train].drawn_as,
    )


def _check_metric(name: str, pipeline: Pipeline, where: str) -> None:
    metric, _, reference = name.partition("@")
    module = registry.load("metrics", metric, f"{where}: metrics")
    if reference not in module.REFERENCES:
        choices = ", ".join(f"{metric}@{choice}" for choice in module.REFERENCES)
        raise InputError(f"{where}: metrics: found {name!r}, expected {choices}")
    if pipeline.index is None and module.ITEMS == "index":
        raise InputError(f"{where}: [pipelines.{pipeline.name}] metrics: {name} needs an index")
    if not pipeline.stages and any("stage" in request for request in module.needs(reference)):
        raise InputError(f"{where}: [pipelines.{pipeline.name}] metrics: {name} needs stages = true")
