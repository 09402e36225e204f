"""Tables of semantic IDs: similarity kept by bits, the use of symbols, and speed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from harness.evidence.schema.codes import Axes
from report.evidence import paired
from report.evidence.envelopes import envelope_of
from report.evidence.means import Comparisons
from report.evidence.paired import Paired
from report.evidence.results import Measured, seed_groups
from report.evidence.values import Mean
from report.tables.code_speeds import Speed, speed_of
from report.tables.codes import BASELINES, FEW, METRICS, UNSEEN, CodeLine, line_of

SUITE = "semantic-ids"
JUDGED = ("pairs", "random")  # those of METRICS that families are judged by
ENOUGH = 0.95  # the similarity that was asked for
SMALL = 2  # bytes of the published codes, of which positions are looked at one by one


@dataclass(frozen=True, slots=True)
class CodePanel:
    """The lines of a space and test set."""

    encoder: str
    dataset: str
    lines: list[CodeLine]


@dataclass(frozen=True, slots=True)
class Reached:
    """A family: by each of JUDGED its first line that keeps ENOUGH, and its best line."""

    encoder: str
    dataset: str
    family: str
    lines: list[CodeLine] = field(default_factory=list)

    def first(self, name: str) -> CodeLine | None:
        """Return the line of fewest bits that keeps ENOUGH; None where none does."""
        enough = (line for line in self.lines if (mean := line.judged(name)) and mean.value >= ENOUGH)
        return next(enough, None)

    def best(self, name: str) -> CodeLine | None:
        """Return the line that keeps most; None where nothing was measured."""
        values = [(mean.value, line) for line in self.lines if (mean := line.judged(name))]
        return max(values, key=lambda item: item[0])[1] if values else None


@dataclass(frozen=True, slots=True)
class CodePair:
    """A learned code beside a baseline of as many bytes; ``of``: which of JUDGED is compared."""

    line: CodeLine
    base: CodeLine
    of: str
    mean: Mean
    base_mean: Mean
    paired: Paired


@dataclass(frozen=True, slots=True)
class AxesTable:
    """Associations of a code's positions with properties; ``strongest``: that of each position."""

    line: CodeLine
    axes: Axes
    strongest: list[str]


@dataclass(frozen=True, slots=True)
class SemanticIds:
    """Looks up results of the suite; numbers are fractions, bits and bytes.

    ``root``: the folder of evidence, whose envelopes have the timings; None where there is none.
    ``comparisons``: the differences of codes that a run left.
    """

    results: list[Measured]
    root: Path | None
    comparisons: Comparisons

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(measured.cell.encoder for measured in self._own()))

    def lines(self) -> list[CodeLine]:
        """Return a line for each pipeline, point and test set, by space, set and bits: means over seeds."""
        groups = seed_groups(self._own())
        lines = [line_of(seeds, dataset) for seeds in groups for dataset in seeds[0].cell.tests]
        return sorted(lines, key=lambda x: (x.encoder, x.dataset, x.bits, x.family, x.pipeline))

    def panels(self) -> list[CodePanel]:
        """Return a table a space and test set: its lines, from few bits to many."""
        return [
            CodePanel(*key, list(lines))
            for key, lines in groupby(self.lines(), key=lambda line: (line.encoder, line.dataset))
        ]

    def summary(self) -> list[CodeLine]:
        """Return, for each test set, learned codes of several seeds, signs of their bytes, the best code."""
        chosen: dict[tuple[str, str, str, str], CodeLine] = {}
        for panel in self.panels():
            codes = [line for line in panel.lines if line.codes and line.pairs]
            learned = [line for line in codes if line.seeds > 1]
            signs = [
                line
                for line in panel.lines
                if line.family == BASELINES["projection"] and line.bytes in {x.bytes for x in learned}
            ]
            most = max(codes, key=lambda x: x.pairs.value if x.pairs else 0, default=None)
            for line in (*learned, *signs, *([most] if most else [])):
                chosen[line.encoder, line.dataset, line.pipeline, str(line.bytes)] = line
        return list(chosen.values())

    def shown(self) -> list[CodeLine]:
        """Return those of ``summary`` of one set a space: STS-B where it is among them, else the first."""
        lines = self.summary()
        sets: dict[str, str] = {}
        for line in lines:
            if line.encoder not in sets or line.dataset.startswith("stsb"):
                sets[line.encoder] = line.dataset
        return [line for line in lines if line.dataset == sets[line.encoder]]

    def described(self) -> list[CodeLine]:
        """Return the lines whose codes are symbols."""
        return [line for line in self.lines() if line.codes]

    def reached(self) -> list[Reached]:
        """Return, for each family, the fewest bits at which ENOUGH of the similarities is kept."""
        families: dict[tuple[str, str, str], Reached] = {}
        for line in self.lines():
            if line.family != "uncompressed":
                key = (line.encoder, line.dataset, line.family)
                families.setdefault(key, Reached(*key)).lines.append(line)
        return list(families.values())

    def compared(self) -> list[CodePair]:
        """Return each learned code beside each baseline of as many bytes, a line a set and each of JUDGED.

        The difference is the code's mean minus the baseline's (``report.evidence.paired``).
        """
        lines = self.lines()
        return [
            pair
            for line in lines
            for base in (lines if line.codes else ())
            if base.family in BASELINES.values()
            and (line.encoder, line.dataset, line.bytes) == (base.encoder, base.dataset, base.bytes)
            for pair in self._pairs(line, base)
        ]

    def axes(self) -> list[AxesTable]:
        """Return the associations of positions and properties: a table for each code of SMALL bytes."""
        first = {measured.cell.tests[0] for measured in self._own()}
        tables = []
        for line in self.described():
            axes = line.codes.axes if line.codes else None
            if axes and line.dataset in first and line.bytes <= SMALL and line.positions <= FEW:
                strongest = [_strongest(axes, i) for i in range(line.positions)]
                tables.append(AxesTable(line, axes, strongest))
        return tables

    def ways(self) -> list[CodeLine]:
        """Return the ways between codes of training rows: a line a code with levels in an order."""
        return list({(line.encoder, line.pipeline): line for line in self.described() if line.way}.values())

    def speeds(self) -> list[Speed]:
        """Return latency, throughput and seconds of each pipeline, from its first seed's envelope."""
        speeds: dict[tuple[str, ...], Speed | None] = {}
        for measured in self._own():
            cell = measured.cell
            key = (cell.encoder, cell.pipeline, str(cell.point))
            envelope = envelope_of(self.root, SUITE, measured.name)
            if key in speeds or envelope is None:
                continue
            times = envelope.timings.get(cell.tests[0])
            speeds[key] = speed_of(line_of([measured], cell.tests[0]), envelope, times) if times else None
        return [speed for speed in speeds.values() if speed]

    def _pairs(self, line: CodeLine, base: CodeLine) -> Iterable[CodePair]:
        for name in JUDGED:
            mean, other = line.judged(name), base.judged(name)
            if mean and other:
                key = UNSEEN, line.dataset, METRICS[name]
                less = self.comparisons.difference(SUITE, line.group, base.group, key)
                difference = paired.stated(less, (mean.value, other.value))
                yield CodePair(line, base, name, mean, other, difference)

    def _own(self) -> list[Measured]:
        return [measured for measured in self.results if measured.suite == SUITE]


def _strongest(axes: Axes, position: int) -> str:
    """Return the property most associated with a position."""
    return max(axes.properties, key=lambda name: abs(axes.properties[name][position]))
