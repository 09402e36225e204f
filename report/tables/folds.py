"""Tables of settings chosen inside STS-B train, by folds, and by dev, and what that changes on STS12–16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from report.evidence import paired
from report.evidence.means import Comparisons
from report.evidence.paired import Difference
from report.evidence.values import Mean
from report.tables import search
from report.tables.rows import Rows, Setting

SUITE, TESTED, FINAL = "fold-search", "stsb-train", "fold-choice"
FOLDS = "the folds"
TRAIN = "stsb-train"  # what settings are fitted on where dev or STS12–16 is measured
FINALS = ("sts12-16", "sts12-16-without-dev")
SAME, UNMEASURED = "the same choice", "not compared in this evidence"
_KEPT = "decontaminated"


@dataclass(frozen=True, slots=True)
class FoldLine:
    """A setting with its retention on the folds, averaged over them, and on dev."""

    setting: Setting
    folds: Mean
    dev: Mean

    @property
    def name(self) -> str:
        """Return pipeline and grid."""
        return f"{self.setting.pipeline} {self.setting.grid}".strip()


def final_id(line: FoldLine) -> str:
    """Return the id of the cells that measure a setting on STS12–16, fitted on all of STS-B train."""
    return f"{FINAL}/{line.setting.group.replace(line.setting.train, TRAIN)}"


Chosen: TypeAlias = tuple[FoldLine, FoldLine]  # by folds, and by dev


@dataclass(frozen=True, slots=True)
class Choice:
    """The best by folds and the best by dev at a size, and the first minus the second on a set.

    ``less`` is None where both are one setting, or nothing compares them; ``outcome`` says which.
    """

    bytes: int
    by_folds: FoldLine
    by_dev: FoldLine
    dataset: str
    folds_choice: Mean | None
    dev_choice: Mean | None
    less: Difference | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Folds:
    """Looks up the choice of settings by folds of STS-B train; numbers are fractions and bytes."""

    rows: Rows
    comparisons: Comparisons

    def encoders(self) -> list[str]:
        """Return the encoders with evidence of folds."""
        return self.rows.encoders(SUITE)

    def lines(self, encoder: str) -> list[FoldLine]:
        """Return the settings that every fold and dev have, best on the folds first at each size."""
        splits = self.rows.trains(SUITE, encoder)
        lines = []
        for setting in self.rows.settings(SUITE, encoder, splits[0]) if splits else ():
            folds = [self._mean(SUITE, encoder, TESTED, split, setting) for split in splits]
            dev = self._mean(search.SUITE, encoder, search.DEV, TRAIN, setting)
            measured = [mean for mean in folds if mean]
            if dev and len(measured) == len(splits):
                lines.append(FoldLine(setting, _mean_of(measured), dev))
        return sorted(lines, key=lambda line: (-line.setting.bytes, -line.folds.value))

    def choices(self, encoder: str) -> list[Choice]:
        """Return what is chosen at each size by folds and by dev, compared on the folds and on STS12–16."""
        lines = self.lines(encoder)
        choices = []
        for size in dict.fromkeys(line.setting.bytes for line in lines):
            own = [line for line in lines if line.setting.bytes == size]
            chosen = own[0], max(own, key=lambda line: line.dev.value)
            choices.append(self._on_folds(encoder, size, chosen))
            choices += [self._final(encoder, size, chosen, dataset) for dataset in FINALS]
        return choices

    def _on_folds(self, encoder: str, size: int, chosen: Chosen) -> Choice:
        splits, key = self.rows.trains(SUITE, encoder), (_KEPT, TESTED, search.RETENTION)
        less = [
            self.comparisons.difference(SUITE, *self._groups(SUITE, encoder, split, chosen), key)
            for split in splits
        ]
        differences = [(each.value, each.low, each.high) for each in less if each]
        mean = Difference(*_in_quadrature(differences)) if len(differences) == len(splits) else None
        return _choice(size, chosen, FOLDS, (chosen[0].folds, chosen[1].folds), mean)

    def _final(self, encoder: str, size: int, chosen: Chosen, dataset: str) -> Choice:
        one, other = (self._mean(FINAL, encoder, dataset, TRAIN, line.setting) for line in chosen)
        key = (_KEPT, dataset, search.RETENTION)
        less = self.comparisons.difference(FINAL, *self._groups(FINAL, encoder, TRAIN, chosen), key)
        stated = Difference(less.value, less.low, less.high) if less else None
        return _choice(size, chosen, dataset, (one, other), stated)

    def _groups(self, suite: str, encoder: str, train: str, chosen: Chosen) -> tuple[str, str]:
        """Return the names of the cells without their seed of two settings; empty where there are none."""
        groups = {setting.place: setting.group for setting in self.rows.settings(suite, encoder, train)}
        one, other = (groups.get(line.setting.place, "") for line in chosen)
        return one, other

    def _mean(self, suite: str, encoder: str, dataset: str, train: str, setting: Setting) -> Mean | None:
        return self.rows.means(suite, encoder, dataset, search.RETENTION, train, setting.place)[_KEPT]


def _choice(
    size: int,
    lines: Chosen,
    dataset: str,
    means: tuple[Mean | None, Mean | None],
    less: Difference | None,
) -> Choice:
    if lines[0] is lines[1]:
        return Choice(size, *lines, dataset, *means, None, SAME)
    if less is None or less.low is None or less.high is None:
        return Choice(size, *lines, dataset, *means, None, UNMEASURED)
    return Choice(size, *lines, dataset, *means, less, paired.outcome(less.value, less.low, less.high))


def _mean_of(folds: Sequence[Mean]) -> Mean:
    """Return the mean over folds; folds share no pair, so that the ends' distances add in quadrature."""
    value, low, high = _in_quadrature([(fold.value, fold.low, fold.high) for fold in folds])
    return Mean(value, low, high, sum(fold.n for fold in folds), folds[0].seeds)


def _in_quadrature(estimates: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the mean of independent estimates with intervals, and the ends of its interval."""
    count = len(estimates)
    value = sum(each for each, _, _ in estimates) / count
    below = sum((each - low) ** 2 for each, low, _ in estimates) ** 0.5 / count
    above = sum((high - each) ** 2 for each, _, high in estimates) ** 0.5 / count
    return value, value - below, value + above
