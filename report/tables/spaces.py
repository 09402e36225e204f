"""Tables of a space's own similarities at about 29x, and of the three stages on and off."""

from __future__ import annotations

from dataclasses import dataclass

from report.evidence.values import Mean
from report.tables.rows import PROTOCOLS, Means, Rows, Setting, Steps, best, sort_value
from report.verdicts.claims import Claim

INTRINSIC, STAGES = "intrinsic", "three-stage"
# Pipelines that a column of the summary is for: what a pipeline's name begins with.
COLUMNS = {"lens": "lens", "reference": "aqea", "pca": "pca", "axes": "axes", "projection": "projection"}
NEIGHBOURS = ("spearman-random@original", "success@10", "knn-recall@10")


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """A published number as printed, and as a fraction."""

    printed: str
    value: float


@dataclass(frozen=True, slots=True)
class IntrinsicLine:
    """What a setting keeps of a set's pairs, random pairs and neighbours."""

    setting: Setting
    dataset: str
    pairs: Means
    random: Mean | None
    success: Mean | None
    knn_recall: Mean | None


@dataclass(frozen=True, slots=True)
class BestOf:
    """The pipeline that keeps most of the pairs."""

    pipeline: str
    mean: Mean | None


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A space: both published values, and the mean of the first pipeline of each of COLUMNS."""

    encoder: str
    published: PublishedNumber | None
    second: PublishedNumber | None
    measured: bool
    bytes: int | None
    ratio: float | None
    lens: Mean | None
    reference: Mean | None
    pca: Mean | None
    axes: Mean | None
    projection: Mean | None
    best: BestOf | None


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """Looks up what of each space's own similarities is left; numbers are fractions and bytes."""

    rows: Rows
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(INTRINSIC)

    def summary(self, protocol: str) -> list[SpaceLine]:
        """Return a line a space, the published ones first: published values, and the pipelines of COLUMNS.

        A space without evidence has its published values alone; ``best`` is the best pipeline of the lens'
        bytes or fewer.
        """
        first, second = published(self.claims, "C3"), published(self.claims, "C10")
        lines = []
        for encoder in dict.fromkeys([*first, *second, *self.encoders()]):
            own = [line for line in self.lines(encoder) if line.pairs[protocol]]
            lens = next((x.setting for x in own if x.setting.pipeline == COLUMNS["lens"]), None)
            top = best(own, lens.bytes, lambda x: x.setting, lambda x: x.pairs) if lens else None
            means = {name: _first(own, start, protocol) for name, start in COLUMNS.items()}
            lines.append(
                SpaceLine(
                    encoder,
                    first.get(encoder),
                    second.get(encoder),
                    bool(own),
                    lens.bytes if lens else None,
                    lens.ratio if lens else None,
                    **means,
                    best=BestOf(top.setting.pipeline, top.pairs[protocol]) if top else None,
                )
            )
        return lines

    def lines(self, encoder: str) -> list[IntrinsicLine]:
        """Return every pipeline of a space: Spearman on its pairs and random ones, neighbours found again."""
        lines = []
        for dataset in self.rows.datasets(INTRINSIC, encoder, "spearman@original"):
            for train in self.rows.trains(INTRINSIC, encoder):
                for setting in self.rows.settings(INTRINSIC, encoder, train):
                    pairs = self._means(encoder, dataset, "spearman@original", setting)
                    if any(pairs.values()):
                        random, success, knn_recall = (
                            _any(self._means(encoder, dataset, metric, setting)) for metric in NEIGHBOURS
                        )
                        lines.append(IntrinsicLine(setting, dataset, pairs, random, success, knn_recall))
        return sorted(lines, key=lambda line: (-line.setting.bytes, -sort_value(line.pairs)))

    def _means(self, encoder: str, dataset: str, metric: str, setting: Setting) -> Means:
        return self.rows.means(INTRINSIC, encoder, dataset, metric, setting.train, setting.place)


@dataclass(frozen=True, slots=True)
class PublishedStages:
    """Published similarity and task preservation of a space."""

    encoder: str
    similarity: PublishedNumber | None
    task: PublishedNumber | None


@dataclass(frozen=True, slots=True)
class StageLine:
    """A pipeline's stages, similarity preservation, and task preservation on both rated sets."""

    setting: Setting
    scalar: bool
    map: str | None
    pq: bool
    similarity: Means
    stsb: Means
    unseen: Means


@dataclass(frozen=True, slots=True)
class StageAblation:
    """The pipeline of all three stages, or one with ``what`` left out or exchanged."""

    what: str
    line: StageLine


@dataclass(frozen=True, slots=True)
class Stages:
    """Looks up the three stages on and off: what is kept of similarities, and of agreement with people."""

    rows: Rows
    steps: Steps
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(STAGES)

    def published(self) -> list[PublishedStages]:
        """Return a line a published space: similarity and task preservation, each as printed."""
        similarity, task = (
            published(self.claims, "C4", metric) for metric in ("spearman@original", "retention@human")
        )
        names = dict.fromkeys([*similarity, *task])
        return [PublishedStages(name, similarity.get(name), task.get(name)) for name in names]

    def lines(self, encoder: str) -> list[StageLine]:
        """Return every pipeline: its stages, similarity preservation, task preservation with ratings."""
        pairs = self.rows.datasets(STAGES, encoder, "spearman@original")
        own = "stsb-test" if "stsb-test" in pairs else pairs[0]
        lines = []
        for train in self.rows.trains(STAGES, encoder):
            for setting in self.rows.settings(STAGES, encoder, train):
                steps = [step.use for step in self.steps[STAGES, setting.cells[0]]]
                similarity, stsb, unseen = (
                    self.rows.means(STAGES, encoder, dataset, metric, train, setting.place)
                    for dataset, metric in (
                        (own, "spearman@original"),
                        ("stsb-test", "retention@human"),
                        ("sts12-16", "retention@human"),
                    )
                )
                lines.append(
                    StageLine(
                        setting,
                        scalar="scalar-per-vector" in steps,
                        map=next((use for use in steps if use in {"lens", "aqea", "pca"}), None),
                        pq="pq" in steps,
                        similarity=similarity,
                        stsb=stsb,
                        unseen=unseen,
                    )
                )
        return sorted(lines, key=lambda line: (-line.setting.bytes, line.setting.pipeline))

    def ablations(self, encoder: str) -> list[StageAblation]:
        """Return the pipeline of all three stages, and those without one of them or with another map."""
        lines = {line.setting.pipeline: line for line in self.lines(encoder)}
        without = {
            "without the 8 bits": "lens-pq",
            "without the lens": "scalar-8-pq",
            "without PQ": "scalar-8-lens",
            "AQEA for the lens": "three-stage-aqea",
            "all three": "three-stage",
        }
        if "three-stage" not in lines:
            return []
        return [StageAblation(what, lines[name]) for what, name in without.items() if name in lines]


def published(
    claims: list[Claim], claim_id: str, metric: str = "spearman@original"
) -> dict[str, PublishedNumber]:
    """Return what a claim prints of a metric for each space: the number as printed, and as a fraction."""
    numbers: dict[str, PublishedNumber] = {}
    for claim in claims:
        for row in claim.rows:
            if claim.id == claim_id and row.metric == metric:
                for encoder in row.encoders or claim.encoders:
                    numbers.setdefault(encoder, PublishedNumber(row.printed, row.published))
    return numbers


def _first(lines: list[IntrinsicLine], start: str, protocol: str) -> Mean | None:
    """Return the mean of the first pipeline that is called ``start``, or begins with it where none is."""
    names = [line.setting.pipeline for line in lines]
    name = start if start in names else next((name for name in names if name.startswith(start + "-")), None)
    return next((line.pairs[protocol] for line in lines if line.setting.pipeline == name), None)


def _any(means: Means) -> Mean | None:
    """Return one of the means of what is the same under every protocol: random pairs, and queries."""
    return next((means[name] for name in reversed(PROTOCOLS) if means[name]), None)
