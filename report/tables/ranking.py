"""Tables of listwise distillation: neighbours found again, beside simpler maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.evidence import paired
from report.evidence.envelopes import envelope_of
from report.evidence.paired import Paired
from report.evidence.results import Measured, seed_groups
from report.evidence.values import Mean
from report.tables.ranking_lines import BASES, LISTWISE, METHODS, RankingLine, line_of

SUITE, VALIDATION = "ranking", "ranking-validation"
COMPARED = ("knn-recall@10", "success@10", "knn-ndcg@10")


@dataclass(frozen=True, slots=True)
class RankingPair:
    """A line beside another in as many dimensions, by one metric."""

    line: RankingLine
    base: RankingLine
    metric: str
    paired: Paired


@dataclass(frozen=True, slots=True)
class Validated:
    """A setting on a validation part; ``taken`` where the test part was measured with just its steps."""

    line: RankingLine
    taken: bool


@dataclass(frozen=True, slots=True)
class Throughput:
    """How fast a line encodes: ``batch`` vectors a second, ``one`` the median of single ones in ms."""

    line: RankingLine
    batch: float
    one: float
    machine: str


@dataclass(frozen=True, slots=True)
class Split:
    """How a set was drawn from the rows of a file, and where its row numbers are."""

    dataset: str
    place: str
    rule: str
    scores: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Looks up results of listwise distillation; shares are fractions.

    ``root``: the folder of evidence, whose score files have a value a query and whose envelopes the
    throughput; None where there is none.
    """

    results: list[Measured]
    root: Path | None

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(line.encoder for line in self.lines(SUITE)))

    def lines(self, suite: str) -> list[RankingLine]:
        """Return a line for each space, pipeline, point and grid setting of a suite: means over seeds.

        In a space most dimensions come first, and methods in the order of METHODS.
        """
        groups = seed_groups(measured for measured in self.results if measured.suite == suite)
        lines = [line_of(seeds) for seeds in groups]
        return sorted(lines, key=lambda x: (x.encoder, -x.dims, METHODS.index(x.method)))

    def summary(self) -> list[tuple[str, int, dict[str, Mean]]]:
        """Return, for each space and number of dimensions, the knn-recall@10 of each method."""
        lines: dict[tuple[str, int], dict[str, Mean]] = {}
        for line in self.lines(SUITE):
            if line.method != METHODS[-1]:
                lines.setdefault((line.encoder, line.dims), {})[line.method] = line.values[COMPARED[0]]
        return [(*place, means) for place, means in lines.items()]

    def compared(self) -> list[RankingPair]:
        """Return each listwise setting beside each of BASES in as many dimensions, by each of COMPARED.

        The difference is the setting's mean score minus the other's, over queries and averaged over seeds.
        """
        lines = self.lines(SUITE)
        return [
            self._pair(line, base, metric)
            for line in lines
            for base in lines
            if line.method.startswith(LISTWISE) and base.method in BASES and _same(line, base)
            for metric in COMPARED
        ]

    def ablation(self) -> list[RankingPair]:
        """Return the listwise setting beside those that differ from it in one thing, on knn-recall@10."""
        lines = self.lines(SUITE)
        return [
            self._pair(line, base, COMPARED[0])
            for line in lines
            for base in lines
            if line.method == LISTWISE != base.method and _same(line, base)
            if base.method.startswith(LISTWISE)
        ]

    def settings(self) -> list[Validated]:
        """Return what was measured on validation parts, best knn-recall@10 first in each space."""
        taken = [(line.encoder, line.steps) for line in self.lines(SUITE)]
        lines = [Validated(line, (line.encoder, line.steps) in taken) for line in self.lines(VALIDATION)]
        return sorted(lines, key=lambda x: (x.line.encoder, -x.line.values[COMPARED[0]].value))

    def throughput(self) -> list[Throughput]:
        """Return how fast the first seed of each method encodes, where it has an envelope."""
        lines = []
        for line in self.lines(SUITE):
            envelope = envelope_of(self.root, SUITE, line.cells[0])
            timings = envelope.timings.get(line.dataset) if envelope else None
            if envelope and timings and line.method != "uncompressed":
                rates = timings.encode_batch_per_second, timings.encode_one_ms.p50
                lines.append(Throughput(line, *rates, envelope.machine))
        return lines

    def splits(self) -> list[Split]:
        """Return how the rows of each space were split: the file, the rule, and where the row numbers are."""
        splits: dict[tuple[str, str], Split] = {}
        for measured in (measured for measured in self.results if measured.suite == SUITE):
            encoder = measured.cell.encoder
            for name, origin in measured.result.inputs.datasets.items():
                if rule := _rule(origin):
                    location = origin.get("path") or origin["repo"]
                    splits[encoder, name] = Split(name, location, rule, f"scores/{SUITE}/{encoder}.npz")
        return [splits[key] for key in sorted(splits)]

    def _pair(self, line: RankingLine, base: RankingLine, metric: str) -> RankingPair:
        key = line.dataset + "@queries@" + metric
        means = line.values[metric].value, base.values[metric].value
        difference = paired.compared(self.root, (line.files, base.files), key, means)
        return RankingPair(line, base, metric, difference)


def _rule(origin: Mapping[str, Any]) -> str:
    """Return the rule that draws a set from a file's rows; an empty text where it is all of them."""
    taken = origin.get("take", origin.get("rows"))
    if not isinstance(taken, dict) or not taken.get("part"):
        return ""
    keys = [key for key in ("part", "share", "validation", "seed") if key in taken]
    return ", ".join(key + " = " + str(taken[key]) for key in keys)


def _same(line: RankingLine, base: RankingLine) -> bool:
    return (line.encoder, line.dataset, line.dims) == (base.encoder, base.dataset, base.dims)
