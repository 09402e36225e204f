"""The estimates of a cell again, from its score files and its data: what means over seeds are made of."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.data.sampling import random_pairs
from harness.evaluation import context, values
from harness.evaluation import series as panels
from harness.evaluation.context import Base
from harness.evaluation.evaluate import panel_of, random_sample
from harness.evaluation.values import Estimated, Key, Panel
from harness.evidence.files import inside
from harness.evidence.layout import Tree
from harness.planning.cells import Cell
from harness.statistics.clusters import Sample
from harness.types import Doubles, Floats, Json


@dataclass(frozen=True, slots=True)
class Remeasured:
    """The estimates of a cell by protocol, data set or combination, and metric, and the units behind each.

    ``units`` maps the name of the resamples to the units that are resampled.
    """

    found: Estimated
    units: dict[Key, dict[str, Any]]


def remeasure(base: Base, cell: Cell, result: Json, tree: Tree) -> Remeasured:
    """Return the estimates behind the values of a cell's result, from the files that it names."""
    suite = base.inputs.suite
    scores = {key: _arrays(tree, file["path"]) for key, file in result["files"].items() if key != "codec"}
    seen = {name: _panel(base, cell, name, scores["before"], scores["after"]) for name in cell.tests}
    found: Estimated = {}
    for name, metrics in cell.metrics:
        found |= values.estimated(name, seen[name], metrics, resampled=True)
    found, _ = values.without_undefined(found, seen)
    units: dict[Key, dict[str, Any]] = {}
    for protocol, name, metric in found:
        units[protocol, name, metric] = dict([seen[name].units(protocol, metric)])
    sums = values.combined(found, suite.combine)
    for protocol, name, metric in sums:
        parts: dict[str, Any] = {}
        for dataset in suite.combine[name]:
            for group, drawn in units[protocol, dataset, metric].items():
                parts[group] = np.union1d(parts[group], drawn) if group in parts else drawn
        units[protocol, name, metric] = parts
    return Remeasured(found | sums, units)


def _panel(
    base: Base, cell: Cell, name: str, before: Mapping[str, Floats], after: Mapping[str, Floats]
) -> Panel:
    data = base.inputs.read(name)
    series: dict[str, dict[str, Doubles]] = {"pairs": {"original": before[name].astype(np.float64)}}
    if data.gold is not None:
        series["pairs"]["human"] = data.gold
    for key, kept in after.items():
        dataset, _, rest = key.partition("@")
        if dataset != name:
            continue
        if rest in {"", "stage", "squared-error"}:
            items, rest = "pairs", rest or "compressed"
        else:
            items, _, rest = rest.partition("@")
        series.setdefault(items, {})[rest] = kept.astype(np.float64)
    samples = {"pairs": context.samples(base, cell.tests)[name]}
    if "random-pairs" in series:
        samples["random-pairs"] = _random(base, cell.train, name)
    overlap = context.overlap_of(base, name, cell.train)
    return panel_of(data, overlap, series, samples, base.inputs.suite.protocols)


@functools.lru_cache(maxsize=32)
def _random(base: Base, train: str, name: str) -> Sample:
    data = base.inputs.read(name)
    rows = len(panels.fresh_rows(data, base.inputs.read(train)))
    return random_sample(data.draw_name, random_pairs(data.draw_name, rows), rows)


def _arrays(tree: Tree, path: str) -> dict[str, Floats]:
    with np.load(inside(tree.root, path, "scores"), allow_pickle=False) as kept:
        return {key: kept[key] for key in kept.files}
