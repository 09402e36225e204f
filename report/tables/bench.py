"""The tables of what work takes on one machine, with every target and what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.schema.bench import Bench, Measurement, parse_bench
from harness.evidence.stamp import read_stamped

SHORT = 12  # lines of a table on a page
VERDICTS = {True: "met", False: "missed", None: ""}


@dataclass(frozen=True, slots=True)
class BenchLine:
    """A measurement, and the group that it is of."""

    group: str
    measured: Measurement

    @property
    def verdict(self) -> str:
        """Return whether the target is met; empty without one."""
        return VERDICTS[self.measured.met]

    @property
    def reached(self) -> str:
        """Return what the target is held against: the ratio, or the value with its unit."""
        if self.measured.ratio is not None:
            return f"{self.measured.ratio.median:.3g} × {self._baseline}"
        return f"{self.measured.value.median:.3g} {self.measured.unit}"

    @property
    def _baseline(self) -> str:
        return self.measured.baseline.name if self.measured.baseline else ""


@dataclass(frozen=True, slots=True)
class Benches:
    """The groups of measurements; ``groups`` is empty where nothing was measured."""

    groups: list[Bench]

    @classmethod
    def read(cls, root: Path) -> Benches:
        """Return what the evidence below ``root`` has; raise InputError where its certificate is wrong."""
        return cls([parse_bench(path, read_stamped(path)[0]) for path in Tree(root).benches()])

    @property
    def machines(self) -> list[str]:
        """Return the machines that were measured, in words."""
        return list(dict.fromkeys(group.machine.machine for group in self.groups))

    def lines(self) -> list[BenchLine]:
        """Return every measurement."""
        return [BenchLine(group.name, each) for group in self.groups for each in group.measurements]

    def targets(self) -> list[BenchLine]:
        """Return the measurements with a target."""
        return [line for line in self.lines() if line.verdict]

    def further(self) -> list[tuple[str, list[BenchLine], int]]:
        """Return the other measurements: a group's title, its first lines, and how many more it has."""
        others = {group.name: (group.title, list[BenchLine]()) for group in self.groups}
        for line in self.lines():
            if not line.verdict:
                others[line.group][1].append(line)
        listed = [(title, lines) for title, lines in others.values() if lines]
        return [(title, lines[:SHORT], len(lines) - len(lines[:SHORT])) for title, lines in listed]

    def summary(self) -> str:
        """Return how many targets are met on which machine, in a sentence; empty for none."""
        targets, where = self.targets(), "; ".join(self.machines)
        met = sum(line.verdict == "met" for line in targets)
        return f"{met} of {len(targets)} speed targets are met on {where}" if targets else ""
