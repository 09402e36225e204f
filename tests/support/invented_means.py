"""Means over seeds of invented results, as a run would have left them: for tests of what reads evidence."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from harness.evaluation.tails import of_queries
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped, write_stamped
from support.evidence import BATCH_OF, MEANS

NAMES = ("protocol", "dataset", "metric")


def write_means(tree: Tree, suite: str) -> None:
    """Write a mean of each value of the results of a suite that differ in their seed alone."""
    together: dict[str, dict[str, tuple[dict[str, Any], str]]] = defaultdict(dict)
    for path in sorted((tree.root / "results" / suite).glob("*.json")):
        content, sha256 = read_stamped(path)
        seed = content["inputs"]["cell"]["seed"]
        together[content["cell"].removesuffix(f".s{seed}")][content["cell"]] = content, sha256
    groups = [
        {
            "group": name,
            "results": {cell: sha256 for cell, (_, sha256) in cells.items()},
            "values": (values := _means([content["values"] for content, _ in cells.values()])),
            "tails": _tails(values),
        }
        for name, cells in together.items()
    ]
    write_stamped(
        tree.means(suite),
        {**MEANS, "suite": suite, "batches": [{"of": BATCH_OF, "groups": groups, "comparisons": []}]},
    )


def _means(seeds: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the mean of each value, and of its ends."""
    return [
        {key: same[0][key] for key in (*NAMES, "n")}
        | {key: sum(value[key] for value in same) / len(same) for key in ("value", "low", "high")}
        | {"units": same[0]["n"]}
        for same in zip(*seeds, strict=True)
    ]


def _tails(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a tail below each mean over queries: half of it, with one query in a hundred lost."""
    ends = {"lost": 0.01, "lost_low": 0.0, "lost_high": 0.02, "lowest": 0.0}
    return [
        {key: value[key] for key in (*NAMES, "n")}
        | {"percentile": value["value"] / 2, "low": value["low"] / 2, "high": value["high"] / 2}
        | ends
        for value in values
        if of_queries(value["metric"])
    ]
