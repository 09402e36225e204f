"""Lines of the tables of students and back ends: means over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from harness.errors import InputError
from harness.evidence.schema.cell import StepSpec
from harness.evidence.schema.envelope import Spread
from report.evidence import paired
from report.evidence.results import Measured
from report.evidence.values import Mean, over_seeds
from report.export import rows
from report.tables.rows import AXES, PCA
from report.tables.search import difference

SCOPES = {name: prefix for prefix, name in rows.SCOPES.items()}
STUDENT, PLAIN = "student, hard negatives", "student, no hard negatives"
METHODS = {
    "student": STUDENT,
    "plain-student": PLAIN,
    "uncompressed": "uncompressed",
    "pca": PCA,
    "axes": AXES,
    "projection": "random projection",
}
STATISTICS = ("loss", "norm_mean", "cosine_mean", "cosine_std")
History: TypeAlias = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency of a search by stages, and seconds to build the index, on a machine."""

    search: dict[str, Spread]
    built: float
    machine: str


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A pipeline with its search index: means over seeds by metric.

    ``bytes``: of the index as it is written to a file, a row, ``whole`` with the map's. ``latency``: of the
    first seed, None where its envelope is not at hand.
    """

    encoder: str
    dataset: str
    steps: list[StepSpec]
    method: str
    use: str
    dims: int
    rows: int
    bytes: float
    whole: float
    original: int
    seeds: int
    values: dict[str, Mean]
    files: list[paired.Scores]
    histories: list[History]
    latency: Latency | None

    @property
    def knn_recall(self) -> Mean:
        """Return the mean knn-recall@10 with the teacher, which settings and methods are compared by."""
        return self.values[SCOPES["vs_teacher"] + "knn-recall@10"]


@dataclass(frozen=True, slots=True)
class Trained:
    """The first and the last of each statistic, and how many checkpoints looked like a collapse."""

    line: StudentLine
    ends: dict[str, list[float]]
    checkpoints: int
    suspect: int


def line_of(seeds: Sequence[Measured], latency: Latency | None) -> StudentLine:
    """Return the line of results that differ in their seed alone; raise InputError without an index."""
    first = seeds[0]
    cell, sizes = first.cell, first.sizes
    if cell.index is None or sizes.index is None:
        raise InputError(f"{first.suite}/{first.name}: found no index, expected one")
    metrics = dict.fromkeys(value.metric for value in first.values)
    return StudentLine(
        encoder=cell.encoder,
        dataset=cell.tests[0],
        steps=cell.steps,
        method=METHODS.get(first.family, first.family),
        use=cell.index.use,
        dims=sizes.bytes_per_vector // 4,
        rows=sizes.index.rows,
        bytes=sizes.index.bytes / sizes.index.rows,
        whole=first.searched_bytes,
        original=sizes.original_bytes,
        seeds=len(seeds),
        values={
            name: over_seeds([x for measured in seeds for x in measured.values if x.metric == name])
            for name in metrics
        },
        files=[paired.scores_of(measured.result) for measured in seeds],
        histories=[history for measured in seeds for history in measured.result.training.values()],
        latency=latency,
    )


def change(best: StudentLine, line: StudentLine) -> str:
    """Return how a line's steps differ from the best's."""
    if best.steps[0].use != line.steps[0].use:
        return line.method
    return "; ".join(difference(best.steps, line.steps)) or "the same steps"


def varied(lines: Sequence[StudentLine], line: StudentLine) -> tuple[str, dict[str, Any]]:
    """Return a line's first step: its kind, and those parameters that differ among ``lines`` of that kind."""
    use, params = line.steps[0].use, line.steps[0].params
    kind = [other.steps[0].params for other in lines if other.steps[0].use == use]
    return use, {
        key: params[key] for key in params if any(other.get(key) != kind[0].get(key) for other in kind)
    }


def trained(line: StudentLine) -> Trained:
    """Return the first and last statistics of a line's training, averaged over seeds."""
    ends = {
        name: [float(np.mean([history[name][end] for history in line.histories])) for end in (0, -1)]
        for name in STATISTICS
    }
    flags = [flag for history in line.histories for flag in history["collapse_suspect"]]
    return Trained(line, ends, len(flags), int(sum(flags)))
