"""Metrics of lists of neighbours, measured after the others: they encode and search a set once more.

They are apart from ``evaluate`` because every result names the code behind it: a metric that is added here
leaves all results of cells that do not ask for it as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from harness.evaluation import values
from harness.evaluation.encoded_vectors import encode
from harness.evaluation.evaluate import Measured
from harness.evaluation.evaluation_context import EvaluationContext
from harness.evaluation.metric import plugin
from harness.evaluation.neighbor_lists import list_series
from harness.evaluation.panel import Panel, panel_of
from harness.evaluation.score_arrays import to_arrays
from harness.evaluation.values import Estimated
from harness.planning.cells import Cell
from harness.types import Floats

ITEMS = "neighbor-lists"


def with_second_pass(cell: Cell, context: EvaluationContext, measured: Measured) -> Measured:
    """Return what is ``measured`` of a cell with the metrics of its neighbours' lists; itself without any."""
    asked = {
        name: chosen
        for name, metrics in cell.metrics
        if (chosen := tuple(metric for metric in metrics if plugin(metric).ITEMS == ITEMS))
    }
    panels = {name: _panel(cell, context, measured, name) for name in asked}
    estimated: Estimated = {}
    scores: dict[str, Floats] = {}
    for name, metrics in asked.items():
        estimated |= values.estimated(name, panels[name], metrics, resampled=True)
        scores |= to_arrays(name, panels[name].series, metrics)
    defined, left_out = values.without_undefined(estimated, panels)
    every = defined | values.combined(defined, context.combine)
    stated = [values.value_of(key, one, _count(key, panels, context.combine)) for key, one in every.items()]
    return dataclasses.replace(
        measured,
        values=[*measured.values, *stated],
        scores={**measured.scores, **scores},
        left_out=[*measured.left_out, *left_out],
    )


def _panel(cell: Cell, context: EvaluationContext, measured: Measured, name: str) -> Panel:
    encoded = encode(measured.pipeline, context.vectors[name], asymmetric=cell.asymmetric)
    series = {ITEMS: list_series(context.sampled(name), encoded)}
    return panel_of(context.tests[name], context.contaminations[name], series, {}, context.protocols)


def _count(key: values.Key, panels: Mapping[str, Panel], combine: Mapping[str, Mapping[str, float]]) -> int:
    """Return how many items are behind a value of a set, or of a combination of sets."""
    protocol, name, metric = key
    return sum(panels[each].count(protocol, metric) for each in combine.get(name, (name,)))
