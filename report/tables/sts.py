"""Tables of the generalization to STS12–16, and of retention at equal bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from report.evidence.rows import Row
from report.evidence.values import Mean
from report.tables.rows import PROTOCOLS, Means, Rows, Setting, best, sort_value
from report.verdicts.claim_rows import Published
from report.verdicts.claims import Claim

SUITE, UNSEEN = "sts-generalization", "sts12-16"
TRAIN, CLEAN = "stsb-train", "decontaminated"
POINTS = ("29x", "117x", "219x")
# Columns of the table at equal bytes: pipelines by point, where a point has one.
DESIGNS = {
    "published design": {"29x": "lens", "117x": "lens-pq"},
    "AQEA": {"29x": "aqea", "117x": "aqea-pq"},
    "PQ alone": dict.fromkeys(POINTS, "pq"),
    "ITQ": dict.fromkeys(POINTS, "itq"),
    "untrained signs": dict.fromkeys(POINTS, "projection-sign"),
}
LIMITS = (7, 14, 52)  # bytes a vector: the best of at most so many is named


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A line of section 5.2 beside the values here."""

    dataset: str
    published: Published
    original: Mean | None
    lens: Mean | None
    loss: Mean | None
    lens_pq: Mean | None
    pq_effect: Mean | None


@dataclass(frozen=True, slots=True)
class Retained:
    """A setting of a suite: what it keeps of the agreement with people, and of the vectors' similarities."""

    suite: str
    setting: Setting
    retention: Means
    intrinsic: Means


@dataclass(frozen=True, slots=True)
class BestLine:
    """The setting that keeps most in at most ``limit`` bytes."""

    limit: int
    line: Retained


@dataclass(frozen=True, slots=True)
class SizeLine:
    """What an encoder keeps in so many bytes, by each of DESIGNS, and by the best of any suite."""

    encoder: str
    bytes: int
    retention: dict[str, Mean | None]
    best: Retained


@dataclass(frozen=True, slots=True)
class Flattered:
    """A setting, and by how much its retention as published exceeds the decontaminated one."""

    line: Retained
    more: float


@dataclass(frozen=True, slots=True)
class Generalization:
    """Looks up the agreement with people after compression; numbers are fractions and bytes."""

    rows: Rows
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the encoders of the STS suite that there is evidence for."""
        return self.rows.encoders(SUITE)

    def trains(self, encoder: str) -> list[str]:
        """Return the training splits of the STS suite that an encoder has evidence for."""
        return self.rows.trains(SUITE, encoder)

    def uncompressed(self, encoder: str) -> list[Row]:
        """Return the Spearman of the uncompressed vectors, a row for each test set."""
        wanted = ("identity", "as-published")
        names = self.rows.datasets(SUITE, encoder, "spearman@human")
        series = [self.rows.series(SUITE, encoder, name, "spearman@human") for name in names]
        own = [[row for row in rows if (row.pipeline, row.protocol) == wanted] for rows in series]
        return [rows[0] for rows in own if rows]

    def published(self, encoder: str, train: str, protocol: str) -> list[PublishedLine]:
        """Return the table of section 5.2: published values beside the ones here."""
        table = next(claim.table for claim in self.claims if claim.table)

        def value(dataset: str, pipeline: str, point: str | None, metric: str) -> Mean | None:
            return self.rows.means(SUITE, encoder, dataset, metric, train, (pipeline, point, ""))[protocol]

        return [
            PublishedLine(
                dataset=printed.dataset.upper(),
                published=printed,
                original=value(printed.dataset, "identity", None, "spearman@human"),
                lens=value(printed.dataset, "lens", "29x", "spearman@human"),
                loss=_change(value(printed.dataset, "lens", "29x", "loss@human")),
                lens_pq=value(printed.dataset, "lens-pq", "117x", "spearman@human"),
                pq_effect=_change(value(printed.dataset, "lens-pq", "117x", "added-loss@human")),
            )
            for printed in table
        ]

    def pipelines(
        self, encoder: str, train: str, suite: str = SUITE, dataset: str = UNSEEN
    ) -> list[Retained]:
        """Return every pipeline of a suite: bytes, and each protocol's retention with its interval."""
        lines = []
        for setting in self.rows.settings(suite, encoder, train):
            selector = (train, setting.place)
            retention = self.rows.means(suite, encoder, dataset, "retention@human", *selector)
            if any(retention.values()):
                own = self.rows.means(suite, encoder, dataset, "spearman@original", *selector)
                lines.append(Retained(suite, setting, retention, own))
        return sorted(lines, key=lambda line: (-line.setting.bytes, -sort_value(line.retention)))

    def of_every_suite(self, encoder: str, train: str) -> list[Retained]:
        """Return the pipelines of each suite that has decontaminated STS12–16, those of SUITE first.

        Asymmetric pipelines, which compare a full vector with a compressed one, are left out.
        """
        suites = sorted(self.rows.suites(encoder), key=lambda suite: suite != SUITE)
        lines = (line for suite in suites for line in self.pipelines(encoder, train, suite))
        return [line for line in lines if line.retention[CLEAN] and not line.setting.asymmetric]

    def retained(self, encoder: str, train: str, pipeline: str, point: str | None) -> Means:
        """Return the mean retention on STS12–16 under each protocol, None where nothing was measured."""
        return self.rows.means(SUITE, encoder, UNSEEN, "retention@human", train, (pipeline, point, ""))

    def sizes(self) -> list[SizeLine]:
        """Return a line for each encoder and each of POINTS: decontaminated, trained on TRAIN."""
        lines = []
        for encoder in self.encoders():
            pipelines = self.of_every_suite(encoder, TRAIN)
            for point in POINTS:
                own = [line for line in pipelines if (line.suite, line.setting.point) == (SUITE, point)]
                if own and (top := best(pipelines, own[0].setting.bytes, _setting, _retention)):
                    retention = {
                        name: self.retained(encoder, TRAIN, by_point[point], point)[CLEAN]
                        if point in by_point
                        else None
                        for name, by_point in DESIGNS.items()
                    }
                    lines.append(SizeLine(encoder, own[0].setting.bytes, retention, top))
        return lines

    def best(self, encoder: str, train: str) -> list[BestLine]:
        """Return, for each of LIMITS, the pipeline of any suite that keeps most, decontaminated."""
        lines = self.of_every_suite(encoder, train)
        chosen = [(limit, best(lines, limit, _setting, _retention)) for limit in LIMITS]
        return [BestLine(limit, line) for limit, line in chosen if line]

    def contamination(self, encoder: str, train: str) -> list[Flattered]:
        """Return the pipelines measured under both protocols, those that gain most as published first.

        ``more`` is retention as published minus decontaminated.
        """
        lines = []
        for line in self.pipelines(encoder, train):
            published, clean = (line.retention[protocol] for protocol in PROTOCOLS)
            if published and clean:
                lines.append(Flattered(line, published.value - clean.value))
        return sorted(lines, key=lambda line: -line.more)


def _setting(line: Retained) -> Setting:
    return line.setting


def _retention(line: Retained) -> Means:
    return line.retention


def _change(loss: Mean | None) -> Mean | None:
    """Return a loss as the report prints it: after minus before."""
    return loss and replace(loss, value=-loss.value)
