"""Lines of results on judged sets: means over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.evidence.schema.cell import StepSpec
from report.evidence import paired
from report.evidence.results import Measured
from report.evidence.values import Mean, over_seeds
from report.tables.rows import AXES

TRAINED = (
    "linear auto-encoder", "auto-encoder with a hidden layer", "auto-encoder, basis as trained",
    "listwise distillation", "neighbour-preserving student",
)  # fmt: skip
BASES = ("PCA", "half-whitened PCA", AXES)
METHODS = (*TRAINED, *BASES, "first dimensions", "random projection")
PLAIN = {
    "identity": "uncompressed",
    "truncation": "first dimensions",
    "random-projection": "random projection",
    "principal-projection": AXES,
    "listwise": TRAINED[3],
    "student": TRAINED[4],
}


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A pipeline, point and training split on a test set under a protocol: means over seeds.

    ``method`` is None for a pipeline of several steps and for other methods than METHODS. ``loss`` is the
    least mean squared error a component on held-out training rows, None where none was logged.
    """

    encoder: str
    train: str
    pipeline: str
    dims: int
    method: str | None
    seeds: int
    loss: float | None
    files: list[paired.Scores]
    dataset: str
    protocol: str
    ndcg: Mean
    recall: Mean


def method(steps: Sequence[StepSpec]) -> str | None:
    """Return what the tables call a pipeline of one step; None for others."""
    use, params = steps[0].use, steps[0].params
    if len(steps) > 1:
        return None
    if use == "pca":
        return "half-whitened PCA" if params["whiten"] else "PCA"
    if use == "autoencoder":
        basis = METHODS[2] if params["basis"] == "trained" else METHODS[0]
        return METHODS[1] if params["hidden"] else basis
    return PLAIN.get(use)


def lines_of(seeds: Sequence[Measured]) -> list[JudgedLine]:
    """Return a line for each test set and protocol of results that differ in their seed alone."""
    first, cell = seeds[0], seeds[0].cell
    notes = [history for measured in seeds for history in measured.result.training.values()]
    losses = [min(history["held_out"]) for history in notes if "held_out" in history]
    tests = {(value.dataset, value.protocol): None for value in first.values}
    return [
        JudgedLine(
            encoder=cell.encoder,
            train=cell.train,
            pipeline=cell.pipeline,
            dims=first.sizes.bytes_per_vector // 4,
            method=method(cell.steps),
            seeds=len(seeds),
            loss=sum(losses) / len(losses) if losses else None,
            files=[paired.scores_of(measured.result) for measured in seeds],
            dataset=dataset,
            protocol=protocol,
            ndcg=_mean(seeds, dataset, protocol, "ndcg@10"),
            recall=_mean(seeds, dataset, protocol, "recall@100"),
        )
        for dataset, protocol in tests
    ]


def _mean(seeds: Sequence[Measured], dataset: str, protocol: str, metric: str) -> Mean:
    """Return the mean over seeds of a metric."""
    wanted = (dataset, protocol, metric)
    values = [value for measured in seeds for value in measured.values]
    return over_seeds([x for x in values if (x.dataset, x.protocol, x.metric) == wanted])
