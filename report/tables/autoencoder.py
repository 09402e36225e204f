"""Tables of learned maps on judged retrieval: beside simpler ones, and across spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from report.evidence import paired
from report.evidence.paired import Paired
from report.evidence.results import Measured, seed_groups
from report.evidence.values import Mean
from report.tables.judged import BASES, METHODS, TRAINED, JudgedLine, lines_of

SUITE = "autoencoder"
RANKING = "ndcg@10"
EVERY = "as-published"  # the protocol under which every query of a set counts
FITTED = {"decontaminated": "other documents", "fitted-on-searched": "the documents that are searched"}
# The parts of the three-step experiment, by the pipeline's name, in the order of its steps.
PARTS = {
    "identity": "all of them side by side, as they are",
    "small": "the small, as they are",
    "large-encoded": "the large, auto-encoded",
    "mapped": "the small, mapped onto the auto-encoded large",
    "mapped-residual": "the same with a residual link",
}


@dataclass(slots=True)
class Panel:
    """A space, training split and test set: methods by dimensions, as they were measured."""

    encoder: str
    train: str
    dataset: str
    fitted: str
    n: int
    measured: dict[int, dict[str, Mean]] = field(default_factory=dict)

    @property
    def methods(self) -> list[str]:
        """Return the methods that were measured, in their order."""
        return [name for name in METHODS if any(name in cells for cells in self.measured.values())]

    @property
    def full(self) -> Mean | None:
        """Return the mean of the uncompressed space; None where it was not measured."""
        cells = self.measured.values()
        return next((each["uncompressed"] for each in cells if "uncompressed" in each), None)

    def rows(self, names: Sequence[str]) -> list[tuple[int, list[Mean | None]]]:
        """Return dimensions of the first of ``names``, from most to fewest, and the mean of each, or None."""
        ordered = sorted(self.measured.items(), reverse=True)
        return [(dims, [cells.get(name) for name in names]) for dims, cells in ordered if names[0] in cells]


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A trained map beside a base; ``fitted`` says on which documents."""

    line: JudgedLine
    base: JudgedLine
    fitted: str
    paired: Paired


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the three-step experiment, in words."""

    line: JudgedLine
    what: str
    fitted: str


@dataclass(frozen=True, slots=True)
class AutoEncoders:
    """Looks up results on judged sets; numbers are fractions and dimensions of float32.

    ``root``: the folder of evidence, whose score files have a value a query; None where there is none.
    """

    results: list[Measured]
    root: Path | None

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(line.encoder for line in self.lines()))

    def lines(self) -> list[JudgedLine]:
        """Return a line for each pipeline, point, training split, test set and protocol: means over seeds."""
        groups = seed_groups(measured for measured in self.results if measured.suite == SUITE)
        return sorted((line for seeds in groups for line in lines_of(seeds)), key=_order)

    def uncompressed(self) -> list[JudgedLine]:
        """Return a line for each space and test set: the uncompressed vectors, over every query."""
        lines = [x for x in self.lines() if (x.method, x.protocol) == ("uncompressed", EVERY)]
        return list({(x.encoder, x.dataset): x for x in lines}.values())

    def panels(self) -> list[Panel]:
        """Return a table for each space, training split and test set: methods by dimensions."""
        panels: dict[tuple[str, ...], Panel] = {}
        for line in self.lines():
            if line.method and line.protocol in FITTED:
                labels = (line.encoder, line.train, line.dataset)
                blank = Panel(*labels, FITTED[line.protocol], line.ndcg.n)
                panel = panels.setdefault((*labels, line.protocol), blank)
                panel.measured.setdefault(line.dims, {})[line.method] = line.ndcg
        return [panel for panel in panels.values() if len(panel.measured) > 1]

    def widest(self) -> Panel | None:
        """Return the panel of most methods that are fitted on other documents; None without one."""
        panels = [panel for panel in self.panels() if panel.fitted == FITTED["decontaminated"]]
        return max(panels, key=lambda panel: len(panel.methods), default=None)

    def compared(self) -> list[JudgedPair]:
        """Return each trained map beside each of BASES in as many dimensions, query by query where it can be.

        The difference is the map's mean nDCG@10 minus the other's over the same queries, averaged over seeds
        (``report.evidence.paired``).
        """
        lines = [line for line in self.lines() if line.protocol == EVERY and line.method]
        pairs = []
        for line in (line for line in lines if line.method in TRAINED):
            searched = line.train.removesuffix("-documents") == line.dataset
            fitted = FITTED["fitted-on-searched" if searched else "decontaminated"]
            pairs += [
                JudgedPair(line, base, fitted, self._against(line, base))
                for base in lines
                if base.method in BASES and _conditions(line) == _conditions(base)
            ]
        return pairs

    def experiment(self) -> list[Part]:
        """Return the parts of the three-step experiment for each space that has them, in their order."""
        lines = [
            (line, part)
            for line in self.lines()
            if line.protocol in FITTED and (part := line.pipeline.removesuffix("-published")) in PARTS
        ]
        spaces = {line.encoder for line, part in lines if part == "small"}
        order = list(PARTS)
        lines.sort(key=lambda item: (item[0].encoder, item[0].dataset, order.index(item[1])))
        return [
            Part(line, PARTS[part], FITTED[line.protocol]) for line, part in lines if line.encoder in spaces
        ]

    def _against(self, line: JudgedLine, base: JudgedLine) -> Paired:
        key = line.dataset + "@judged@" + RANKING
        means = line.ndcg.value, base.ndcg.value
        return paired.compared(self.root, (line.files, base.files), key, means)


def _conditions(line: JudgedLine) -> tuple[str, str, str, int]:
    """Return what two compared lines share."""
    return line.encoder, line.train, line.dataset, line.dims


def _order(line: JudgedLine) -> tuple[str, str, str, int, int, str]:
    """Return the sort key of lines: space, test set, training split, method, most dimensions first."""
    rank = METHODS.index(line.method) if line.method in METHODS else -1
    return line.encoder, line.dataset, line.train, rank, -line.dims, line.pipeline
