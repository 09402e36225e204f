"""The tables of planners: what each recommends for a file, what it promises, and what that comes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.schema.peers import (
    PlannerComparison,
    PlannerOutcome,
    PlanningTimes,
    SearchedValue,
    parse_comparison,
    parse_times,
)
from harness.evidence.stamp import read_stamped

SHORT = 12  # lines of a table on a page
RESCORED = 4  # times k candidates: the rescoring that the page shows
VERDICTS = ("met", "not decided", "missed", "no plan")
HALVINGS = 4  # sizes that the page shows, each half of the one before


@dataclass(frozen=True, slots=True)
class PlannerLine:
    """A planner on a file, with the seconds that it took where they were recorded."""

    comparison: PlannerComparison
    outcome: PlannerOutcome
    seconds: float | None

    @property
    def command(self) -> str:
        """Return the command with its options."""
        return f"{self.outcome.planner} {self.outcome.options}".strip()

    @property
    def uncompressed(self) -> SearchedValue | None:
        """Return the recall of uncompressed queries at all rows searched, in a single pass."""
        return self.outcome.value("uncompressed", self.comparison.searched)

    @property
    def compressed(self) -> SearchedValue | None:
        """Return the same of compressed queries."""
        return self.outcome.value("compressed", self.comparison.searched)

    @property
    def rescored(self) -> SearchedValue | None:
        """Return the recall after the originals rescore RESCORED times k candidates."""
        return self.outcome.value("uncompressed", self.comparison.searched, RESCORED)

    @property
    def as_promised(self) -> list[SearchedValue]:
        """Return the single-pass values of the promised form of the query, from all rows to fewer."""
        promise = self.outcome.promise
        values = [x for x in self.outcome.values if promise and x.query == promise.query and not x.rescored]
        return sorted(values, key=lambda value: -value.rows)

    @property
    def verdict(self) -> str:
        """Return whether the recommendation meets the target in the promised form of the query."""
        if not self.as_promised:
            return "no plan"
        value = self.as_promised[0]
        if value.low >= self.comparison.target:
            return "met"
        return "missed" if value.high < self.comparison.target else "not decided"


@dataclass(frozen=True, slots=True)
class Planners:
    """The comparisons of planners; ``lines`` is empty where none was made."""

    lines: list[PlannerLine]
    machines: list[str]
    rescoring = RESCORED

    @classmethod
    def read(cls, root: Path) -> Planners:
        """Return what the evidence below ``root`` has; raise InputError where its certificate is wrong."""
        tree, lines, machines = Tree(root), [], []
        for path in tree.comparisons():
            comparison = parse_comparison(path, read_stamped(path)[0])
            times = _times(tree.planning_times(comparison.name))
            seconds = {(x.planner, x.options): x.seconds for x in times.planners} if times else {}
            lines += [
                PlannerLine(comparison, each, seconds.get((each.planner, each.options)))
                for each in comparison.planners
            ]
            machines += [f"{times.processor}, {times.cores} cores"] if times else []
        return cls(lines, list(dict.fromkeys(machines)))

    def short(self) -> list[PlannerLine]:
        """Return the lines that the page shows."""
        return self.lines[:SHORT]

    def by_rows(self) -> list[tuple[PlannerLine, list[SearchedValue | None]]]:
        """Return each plan with its recall at all rows, half of them, and so on; None for too few."""
        planned = [line for line in self.short() if line.as_promised]
        return [(line, [*line.as_promised, *[None] * HALVINGS][:HALVINGS]) for line in planned]

    def verdicts(self) -> list[tuple[str, dict[str, int]]]:
        """Return how many files each planner, by its command and version, meets the target on."""
        counts: dict[str, dict[str, int]] = {}
        for line in self.lines:
            peer = line.outcome.planner != "harness audit"
            how = (", larger sample" if line.outcome.options else ", defaults") if peer else ""
            name = f"{line.outcome.planner} {line.outcome.version}{how}"
            by_verdict = counts.setdefault(
                name, dict.fromkeys(("met", "not decided", "missed", "no plan"), 0)
            )
            by_verdict[line.verdict] += 1
        return list(counts.items())


def _times(path: Path) -> PlanningTimes | None:
    return parse_times(path, read_stamped(path)[0]) if path.is_file() else None
