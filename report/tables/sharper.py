"""Tables of the sharper frontier: what methods keep, and what changes gain on folds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from report.tables.rows import Means, Rows, Setting, sort_value
from report.tables.sts import CLEAN, TRAIN, UNSEEN

SUITE, FOLDS, FOLDED, RETENTION = "sharper-sts", "sharper-folds", "stsb-train", "retention@human"
# What was tried, by how names of pipelines begin; the first is the earlier choice.
METHODS = {
    "PQ, or 2 bits": ("lens-pq", "lens-scalar"),
    "bits by variance": ("lens-bits", "wide-lens-bits"),
    "trellis": ("lens-trellis",),
    "four lenses": ("ensemble",),
}
AT_RANDOM = "-but-fold-"  # in the names of training splits without a fold at random


@dataclass(frozen=True, slots=True)
class SharperLine:
    """What a setting keeps on STS12–16 under each protocol; ``id``: the id of its cells."""

    id: str
    encoder: str
    setting: Setting
    retention: Means


@dataclass(frozen=True, slots=True)
class FoldLine:
    """A setting's retention on each fold that it was not trained on, and the mean, as fractions."""

    id: str
    encoder: str
    setting: Setting
    folds: dict[str, float]

    @property
    def mean(self) -> float:
        """Return the mean over the folds."""
        return sum(self.folds.values()) / len(self.folds)

    @property
    def random(self) -> float | None:
        """Return the mean over the folds at random; None without one."""
        return _mean(value for name, value in self.folds.items() if AT_RANDOM in name)

    @property
    def kinds(self) -> float | None:
        """Return the mean over the folds by kind of text; None without one."""
        return _mean(value for name, value in self.folds.items() if AT_RANDOM not in name)


@dataclass(frozen=True, slots=True)
class Sharper:
    """Looks up the suites of section 5.16; numbers are fractions and bytes."""

    rows: Rows

    def lines(self) -> list[SharperLine]:
        """Return every setting measured on STS12–16, encoder by encoder, most bytes first."""
        return sorted(
            self._lines(),
            key=lambda line: (line.encoder, -line.setting.bytes, -sort_value(line.retention)),
        )

    def folds(self) -> list[FoldLine]:
        """Return every setting measured on the folds, encoder by encoder, most bytes first, best first."""
        lines: dict[tuple[str, object], FoldLine] = {}
        for encoder in self.rows.encoders(FOLDS):
            for train in self.rows.trains(FOLDS, encoder):
                for setting in self.rows.settings(FOLDS, encoder, train):
                    key = FOLDS, encoder, FOLDED, RETENTION, train, setting.place
                    if mean := self.rows.means(*key)[CLEAN]:
                        new = FoldLine(f"{FOLDS}/{setting.group}", encoder, setting, {})
                        lines.setdefault((encoder, setting.place), new).folds[train] = mean.value
        return sorted(lines.values(), key=lambda line: (line.encoder, -line.setting.bytes, -line.mean))

    def tried(self) -> dict[int, dict[str, FoldLine]]:
        """Return the best of each of METHODS on the folds, by bytes, most first."""
        best: dict[int, dict[str, FoldLine]] = {}
        for line in self.folds():  # of one size the best comes first
            for method, names in METHODS.items():
                if line.setting.pipeline.startswith(names):
                    best.setdefault(line.setting.bytes, {}).setdefault(method, line)
        return best

    def _lines(self) -> Iterator[SharperLine]:
        for encoder in self.rows.encoders(SUITE):
            for setting in self.rows.settings(SUITE, encoder, TRAIN):
                means = self.rows.means(SUITE, encoder, UNSEEN, RETENTION, TRAIN, setting.place)
                if any(means.values()):
                    yield SharperLine(f"{SUITE}/{setting.group}", encoder, setting, means)


def _mean(values: Iterable[float]) -> float | None:
    each = list(values)
    return sum(each) / len(each) if each else None
