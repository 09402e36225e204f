"""Lines of the tables of listwise distillation: means over seeds of each pipeline, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.evidence.schema.cell import StepSpec
from report.evidence import paired
from report.evidence.results import Measured
from report.evidence.values import Mean, MeasuredValue, over_seeds
from report.tables.rows import AXES, PCA

LISTWISE = "listwise"
PUBLISHED = "listwise, published temperature"
_TEMPERATURE = 0.05  # the published one
BASES = (AXES, PCA)
METHODS = (
    LISTWISE, PUBLISHED, "listwise, Gaussian start", "listwise, with a queue",
    "listwise, no hard negatives", *BASES, "first dimensions", "random projection", "uncompressed",
)  # fmt: skip
_PLAIN = {
    "identity": "uncompressed", "principal-projection": AXES, "pca": PCA, "truncation": "first dimensions",
    "random-projection": "random projection",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RankingLine:
    """A pipeline, point and grid setting: means over seeds by metric, on its first test set."""

    encoder: str
    train: str
    dataset: str
    steps: list[StepSpec]
    grid: dict[str, Any]
    method: str
    dims: int
    seeds: int
    cells: list[str]
    values: dict[str, Mean]
    files: list[paired.Scores]


def line_of(seeds: Sequence[Measured]) -> RankingLine:
    """Return the line of results that differ in their seed alone."""
    cell = seeds[0].cell
    dataset = cell.tests[0]
    values: dict[str, list[MeasuredValue]] = {}
    for value in (value for measured in seeds for value in measured.values):
        if value.dataset == dataset:
            values.setdefault(value.metric, []).append(value)
    return RankingLine(
        encoder=cell.encoder,
        train=cell.train,
        dataset=dataset,
        steps=cell.steps,
        grid=cell.grid,
        method=method(cell.steps),
        dims=seeds[0].sizes.bytes_per_vector // 4,
        seeds=len(seeds),
        cells=[measured.name for measured in seeds],
        values={metric: over_seeds(each) for metric, each in values.items()},
        files=[paired.scores_of(measured.result) for measured in seeds],
    )


def method(steps: Sequence[StepSpec]) -> str:
    """Return what the tables call a pipeline of one step, by its parameters."""
    use, params = steps[0].use, steps[0].params
    if use != "listwise":
        return _PLAIN[use]
    if not params["linear_start"]:
        return METHODS[2]
    if params["queue"]:
        return METHODS[3]
    if not params["hard_per_anchor"]:
        return METHODS[4]
    return PUBLISHED if {params["tau"], params["student_tau"]} <= {_TEMPERATURE, None} else LISTWISE
