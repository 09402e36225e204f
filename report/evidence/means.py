"""Means over seeds and comparisons of methods, as a run left them, held to the results that are at hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped

Row = dict[str, Any]
Key = tuple[str, str, str]  # protocol, data set or combination, metric


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Differences of two groups' means over seeds, by suite, group and the group compared with."""

    found: dict[tuple[str, str, str], dict[Key, Row]] = field(default_factory=dict)

    def difference(self, suite: str, group: str, other: str, key: Key) -> Row | None:
        """Return the first group's mean less the other's, with interval and p; None where none is at hand."""
        if key in (forth := self.found.get((suite, group, other), {})):
            return forth[key]
        back = self.found.get((suite, other, group), {}).get(key)
        if back is None:
            return None
        return {**back, "value": -back["value"], "low": -back["high"], "high": -back["low"]}


def group_of(cell: str, seed: int) -> str:
    """Return the name of the cells that differ from a cell in their seed alone."""
    return cell.removesuffix(f".s{seed}")


def attach(tree: Tree, results: list[Row]) -> Comparisons:
    """Give values of ``results`` their ``mean`` over seeds, where one was made from them; return differences.

    What was made from other results than those at hand, or from fewer, is left out.
    """
    together: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    by_cell = {(result["suite"], result["cell"]): result for result in results}
    for result in results:
        group = group_of(result["cell"], result["inputs"]["cell"]["seed"])
        together[result["suite"], group][result["cell"]] = result["sha256"]
    found = Comparisons()
    for path in sorted(tree.means("*").parent.glob("*.json")):
        content, _ = read_stamped(path)
        suite = content["suite"]
        for batch in content["batches"]:
            current = {
                group["group"]
                for group in batch["groups"]
                if together.get((suite, group["group"])) == group["results"]
            }
            for group in batch["groups"]:
                if group["group"] in current:
                    _attach(group, [by_cell[suite, cell] for cell in group["results"]])
            for pair in batch["comparisons"]:
                if {pair["group"], pair["against"]} <= current:
                    differences = {_key(value): value for value in pair["values"]}
                    found.found[suite, pair["group"], pair["against"]] = differences
    return found


def _attach(group: Row, results: list[Row]) -> None:
    means = {_key(value): {**value, "seeds": len(results)} for value in group["values"]}
    for result in results:
        for value in result["values"]:
            if _key(value) in means:
                value["mean"] = means[_key(value)]


def _key(value: Row) -> Key:
    return value["protocol"], value["dataset"], value["metric"]
