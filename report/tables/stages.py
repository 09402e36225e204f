"""Tables of the three stages on and off."""

from __future__ import annotations

from dataclasses import dataclass

from report.tables.published import PublishedNumber, published
from report.tables.rows import Means, Rows, Setting, Steps
from report.verdicts.claims import Claim

SUITE = "three-stage"


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
    """Looks up the three stages on and off: similarity and task preservation."""

    rows: Rows
    steps: Steps
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(SUITE)

    def published(self) -> list[PublishedStages]:
        """Return a line a published space: similarity and task preservation, each as printed."""
        similarity, task = (
            published(self.claims, "C4", metric) for metric in ("spearman@original", "retention@human")
        )
        names = dict.fromkeys([*similarity, *task])
        return [PublishedStages(name, similarity.get(name), task.get(name)) for name in names]

    def lines(self, encoder: str) -> list[StageLine]:
        """Return every pipeline: its stages, similarity preservation, task preservation where rated."""
        pairs = self.rows.datasets(SUITE, encoder, "spearman@original")
        own = "stsb-test" if "stsb-test" in pairs else pairs[0]
        lines = []
        for train in self.rows.trains(SUITE, encoder):
            for setting in self.rows.settings(SUITE, encoder, train):
                steps = [step.use for step in self.steps[SUITE, setting.cells[0]]]
                similarity, stsb, unseen = (
                    self.rows.means(SUITE, encoder, dataset, metric, train, setting.place)
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
