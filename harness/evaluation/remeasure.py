"""The estimates of a cell, computed again from its score files and data; means over seeds need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.evaluation import values
from harness.evaluation.context import EncoderContext
from harness.evaluation.panel import Panel, panel_of
from harness.evaluation.score_arrays import from_arrays
from harness.evaluation.values import Estimated, Key
from harness.evidence.files import inside
from harness.evidence.layout import Tree
from harness.planning.cells import Cell
from harness.types import Floats, Json


@dataclass(frozen=True, slots=True)
class Remeasured:
    """The estimates of a cell by protocol, data set or combination, and metric, and the units behind each.

    ``panels`` are by data set; ``units`` maps the name of the resamples to the units that are resampled.
    """

    panels: Mapping[str, Panel]
    estimated: Estimated
    units: dict[Key, dict[str, Any]]


def remeasure(context: EncoderContext, cell: Cell, result: Json, tree: Tree) -> Remeasured:
    """Return the estimates behind the values of a cell's result, from the files that it names."""
    combine = context.spec.inputs.suite.combine
    scores = {key: _arrays(tree, file["path"]) for key, file in result["files"].items() if key != "codec"}
    panels = {name: _panel(context, cell, name, scores["before"], scores["after"]) for name in cell.tests}
    estimated: Estimated = {}
    for name, metrics in cell.metrics:
        estimated |= values.estimated(name, panels[name], metrics, resampled=True)
    estimated, _ = values.without_undefined(estimated, panels)
    units: dict[Key, dict[str, Any]] = {}
    for protocol, name, metric in estimated:
        units[protocol, name, metric] = dict([panels[name].units(protocol, metric)])
    sums = values.combined(estimated, combine)
    for protocol, name, metric in sums:
        parts: dict[str, Any] = {}
        for dataset in combine[name]:
            for group, members in units[protocol, dataset, metric].items():
                parts[group] = np.union1d(parts[group], members) if group in parts else members
        units[protocol, name, metric] = parts
    return Remeasured(panels, estimated | sums, units)


def _panel(
    context: EncoderContext, cell: Cell, name: str, before: Mapping[str, Floats], after: Mapping[str, Floats]
) -> Panel:
    data = context.spec.read(name)
    series = from_arrays(data, before, after)
    samples = {"pairs": context.samples(cell.tests)[name]}
    if "random-pairs" in series:
        samples["random-pairs"] = context.random_sample(name, cell.train)
    contamination = context.contamination(name, cell.train)
    return panel_of(data, contamination, series, samples, context.spec.inputs.suite.protocols)


def _arrays(tree: Tree, path: str) -> dict[str, Floats]:
    with np.load(inside(tree.root, path, "scores"), allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}
