"""The table of what each space keeps of its own similarities at about 29x."""

from __future__ import annotations

from dataclasses import dataclass

from report.evidence.values import Mean
from report.tables.published import PublishedNumber, published
from report.tables.rows import PROTOCOLS, Means, Rows, Setting, best, sort_value
from report.verdicts.claims import Claim

SUITE = "intrinsic"
# Pipelines that a column of the summary is for: what a pipeline's name begins with.
COLUMNS = {"lens": "lens", "reference": "aqea", "pca": "pca", "axes": "axes", "projection": "projection"}


@dataclass(frozen=True, slots=True)
class IntrinsicLine:
    """What a setting keeps of a set's pairs and of the ten nearest neighbours."""

    setting: Setting
    dataset: str
    pairs: Means
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
    """Looks up how well each space's own similarities are kept; numbers are fractions and bytes."""

    rows: Rows
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(SUITE)

    def summary(self, protocol: str) -> list[SpaceLine]:
        """Return a line for each space, published ones first: published values, and the pipelines of COLUMNS.

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
        """Return every pipeline of a space: Spearman on its pairs and random ones, and neighbours."""
        lines = []
        for dataset in self.rows.datasets(SUITE, encoder, "spearman@original"):
            for train in self.rows.trains(SUITE, encoder):
                for setting in self.rows.settings(SUITE, encoder, train):
                    pairs = self._means(encoder, dataset, "spearman@original", setting)
                    if any(pairs.values()):
                        knn_recall = _any(self._means(encoder, dataset, "knn-recall@10", setting))
                        lines.append(IntrinsicLine(setting, dataset, pairs, knn_recall))
        return sorted(lines, key=lambda line: (-line.setting.bytes, -sort_value(line.pairs)))

    def _means(self, encoder: str, dataset: str, metric: str, setting: Setting) -> Means:
        return self.rows.means(SUITE, encoder, dataset, metric, setting.train, setting.place)


def _first(lines: list[IntrinsicLine], start: str, protocol: str) -> Mean | None:
    """Return the mean of the first pipeline that is called ``start``, or begins with it where none is."""
    names = [line.setting.pipeline for line in lines]
    name = start if start in names else next((name for name in names if name.startswith(start + "-")), None)
    return next((line.pairs[protocol] for line in lines if line.setting.pipeline == name), None)


def _any(means: Means) -> Mean | None:
    """Return a mean of a metric that is the same under every protocol: on random pairs, or on queries."""
    return next((means[name] for name in reversed(PROTOCOLS) if means[name]), None)
