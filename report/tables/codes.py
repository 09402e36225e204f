"""Lines of the tables of codes: means over seeds of each pipeline on a test set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.evidence.schema.cell import StepSpec
from harness.evidence.schema.codes import Codes
from report.evidence.means import group_of
from report.evidence.results import Measured
from report.evidence.values import Mean, over_seeds

METRICS = {
    "pairs": "spearman@original", "random": "spearman-random@original", "knn_recall": "knn-recall@10",
    "success": "success@10", "people": "retention@human",
}  # fmt: skip
EVERY, UNSEEN = "as-published", "decontaminated"
FEW = 8  # positions whose levels are listed one by one
# What families are called; the baselines are what codes of symbols are compared with.
BASELINES = {
    "pq": "PQ",
    "axes": "principal axes, not centred, scalar",
    "projection": "random projection, signs (untrained)",
}
FAMILIES = {
    "fsq": "FSQ",
    "residual-fsq": "residual FSQ",
    "residual-vq": "residual VQ",
    "hierarchical-vq": "hierarchical VQ",
    **BASELINES,
}


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A pipeline and point on a test set: its code, and means over seeds of each of METRICS.

    ``every``: the pairs' similarities on every pair. ``codes``: what the first seed's codes are like, where
    they are symbols. ``way``: means of what was noted of ways between codes, by name.
    """

    encoder: str
    pipeline: str
    dataset: str
    group: str
    family: str
    setting: str
    bytes: int
    bits: float
    ratio: float
    seeds: int
    codes: Codes | None
    way: dict[str, list[float]]
    every: Mean | None
    pairs: Mean | None
    random: Mean | None
    knn_recall: Mean | None
    success: Mean | None
    people: Mean | None

    @property
    def positions(self) -> int:
        """Return the number of symbols of a code; 0 where it has none."""
        return len(self.codes.levels) if self.codes else 0

    def judged(self, name: str) -> Mean | None:
        """Return the mean of one of JUDGED."""
        return self.pairs if name == "pairs" else self.random


def setting(steps: Sequence[StepSpec], levels: list[int]) -> str:
    """Return a code's levels and its parameters that are not the defaults, in words."""
    use, params = steps[-1].use, steps[-1].params
    stages = params.get("residuals", 1)
    words = [_levels(levels[: len(levels) // stages] if stages > 1 else levels)] if levels else []
    words += [f"{stages} stages"] if stages > 1 else []
    words += ["levels learned"] if params.get("bits") and use == "fsq" else []
    words += ["hidden layers"] if params.get("hidden") else []
    words += [str(params["gradient"])] if use == "residual-vq" else []
    words += [f"{params['bits']} bits a dimension"] if use == "scalar" else []
    return "; ".join(words)


def _levels(levels: list[int]) -> str:
    runs = [(size, len(list(same))) for size, same in groupby(levels)]
    if len(levels) <= FEW:
        return ", ".join(str(size) for size in levels)
    return ", ".join(f"{count} of {size}" for size, count in runs)


def line_of(seeds: Sequence[Measured], dataset: str) -> CodeLine:
    """Return a test set's line of results that differ in their seed alone; the codes are the first seed's."""
    first, cell = seeds[0], seeds[0].cell
    codes = first.result.codes.get(dataset)
    return CodeLine(
        encoder=cell.encoder,
        pipeline=cell.pipeline,
        dataset=dataset,
        group=group_of(first.name, cell.seed),
        family=FAMILIES.get(first.family, first.family),
        setting=setting(cell.steps, codes.levels if codes else []),
        bytes=first.sizes.bytes_per_vector,
        bits=codes.bits if codes else 8 * first.sizes.bytes_per_vector,
        ratio=first.sizes.ratio,
        seeds=len(seeds),
        codes=codes,
        way=_way(seeds),
        every=_mean(seeds, dataset, METRICS["pairs"], EVERY),
        **{name: _mean(seeds, dataset, metric, UNSEEN) for name, metric in METRICS.items()},
    )


def _way(seeds: Sequence[Measured]) -> dict[str, list[float]]:
    notes = [note for measured in seeds for note in measured.result.training.values()]
    return {
        key: [sum(stop) / len(stop) for stop in zip(*(note[key] for note in notes), strict=True)]
        for key in ("way_to_first", "way_to_last", "line_to_first")
        if notes and all(key in note for note in notes)
    }


def _mean(seeds: Sequence[Measured], dataset: str, metric: str, protocol: str) -> Mean | None:
    wanted = (dataset, metric, protocol)
    values = [value for measured in seeds for value in measured.values]
    own = [value for value in values if (value.dataset, value.metric, value.protocol) == wanted]
    return over_seeds(own) if own else None
