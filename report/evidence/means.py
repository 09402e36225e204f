"""Means over seeds and comparisons of methods, as a run wrote them for the results that are read here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.evidence.layout import Tree
from harness.evidence.schema.means import Batch, Group, MeanDifference, parse_means
from harness.evidence.schema.result import Result
from harness.evidence.stamp import read_stamped
from report.evidence.values import Mean

Key: TypeAlias = tuple[str, str, str]  # protocol, data set or combination, metric
CellMeans: TypeAlias = dict[Key, Mean]
SeedMeans: TypeAlias = dict[tuple[str, str], CellMeans]  # by suite and cell


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Differences of two groups' means over seeds, by suite, group and the group compared with."""

    differences: dict[tuple[str, str, str], dict[Key, MeanDifference]] = field(default_factory=dict)

    def difference(self, suite: str, group: str, other: str, key: Key) -> MeanDifference | None:
        """Return the first group's mean minus the other's, with interval and p; None without a comparison."""
        if key in (forth := self.differences.get((suite, group, other), {})):
            return forth[key]
        back = self.differences.get((suite, other, group), {}).get(key)
        return back and back.reversed()


def group_of(cell: str, seed: int) -> str:
    """Return the name that a cell shares with the cells of its other seeds."""
    return cell.removesuffix(f".s{seed}")


def read_means(tree: Tree, results: list[tuple[Result, str]]) -> tuple[SeedMeans, Comparisons]:
    """Return the means over seeds by cell, and the comparisons; ``results`` come with their sha256.

    Means and comparisons of other or fewer results are left out.
    """
    at_hand: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for result, sha256 in results:
        name = group_of(result.cell, result.inputs.cell.seed)
        at_hand[result.suite, name][result.cell] = sha256
    means: SeedMeans = {}
    comparisons = Comparisons()
    for path in sorted(tree.means("*").parent.glob("*.json")):
        content = parse_means(path, read_stamped(path)[0])
        for batch in content.batches:
            current = _current(content.suite, batch, at_hand)
            for group in batch.groups:
                if group.group in current:
                    of_group = _means(group)
                    means |= {(content.suite, cell): of_group for cell in group.results}
            for pair in batch.comparisons:
                if {pair.group, pair.against} <= current:
                    key = content.suite, pair.group, pair.against
                    comparisons.differences[key] = {value.key: value for value in pair.values}
    return means, comparisons


def _current(suite: str, batch: Batch, at_hand: dict[tuple[str, str], dict[str, str]]) -> set[str]:
    """Return the groups that average exactly the results ``at_hand``."""
    return {group.group for group in batch.groups if at_hand.get((suite, group.group)) == group.results}


def _means(group: Group) -> CellMeans:
    seeds, tails = len(group.results), {tail.key: tail for tail in group.tails}
    return {
        value.key: Mean(value.value, value.low, value.high, value.n, seeds, tail=tails.get(value.key))
        for value in group.values
    }
