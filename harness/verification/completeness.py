"""Cells and values that a suite plans and the evidence lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.evaluation.sampled_rows import MINIMUM
from harness.evidence.layout import Tree
from harness.planning.cells import Cell
from harness.planning.registry import load
from harness.verification.plans import Plan, content_of


def missing(tree: Tree, by_suite: Mapping[str, Plan]) -> list[str]:
    """Return a line for each cell that a suite has and that is neither in ``tree`` nor BLOCKED there.

    A value that a result lacks although its set has pairs enough is a line as well, unless it is noted there
    as undefined.
    """
    lines = []
    for name, plan in by_suite.items():
        entries = content_of(tree.blocked(name)).get("blocked")
        listed = {str(_entry(entry, "cell")) for entry in entries} if isinstance(entries, list) else set()
        there = {path.name.removesuffix(".json"): path for path in tree.results(name)}
        for cell in plan.cells.values():
            if cell.id in there:
                lines += [
                    f"{there[cell.id]}: values: found no {value}, expected it, as {plan.path} says"
                    for value in _values_missing(content_of(there[cell.id]), cell)
                ]
            elif cell.id not in listed:
                lines.append(
                    f"{tree.result(name, cell.id)}: not found, expected a result or an entry in "
                    f"{tree.blocked(name).name}, as {plan.path} has the cell"
                )
    return lines


def _values_missing(content: Mapping[str, Any], cell: Cell) -> list[str]:
    """Return the values of pairs that a result neither has nor notes, where its audit counts pairs enough."""
    if not isinstance(content.get("values"), list):
        return []  # a line of ``admission.strangers``
    there = {
        (_entry(value, "protocol"), _entry(value, "dataset"), _entry(value, "metric"))
        for values in (content.get("values"), content.get("left_out"))
        for value in (values if isinstance(values, list) else [])
    }
    lines = []
    for dataset, metrics in cell.metrics:
        counts = _entry(content, "audit", dataset, "kept")
        for protocol, pairs in counts.items() if isinstance(counts, dict) else ():
            if isinstance(pairs, int) and pairs >= MINIMUM:
                lines += [
                    f"{protocol} {dataset} {metric}"
                    for metric in metrics
                    if load("metrics", metric.partition("@")[0], "metrics").ITEMS == "pairs"
                    and (protocol, dataset, metric) not in there
                ]
    return lines


def _entry(value: Any, *keys: str) -> Any:
    """Return what lies below the keys; None where it is not there."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
