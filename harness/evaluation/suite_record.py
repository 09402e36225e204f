"""What a suite says of itself, as evidence states it: what its pipelines are called, how metrics are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.evaluation.metric import plugin
from harness.planning.cells import Cell
from harness.planning.models import Suite


def described(suite: Suite, cells: Iterable[Cell]) -> dict[str, Any]:
    """Return title, question, pipelines and metrics of a suite as JSON; ``cells`` are all of its cells."""
    metrics = sorted({name for cell in cells for _, names in cell.metrics for name in names})
    return {
        "title": suite.title,
        "question": suite.question,
        "pipelines": {
            pipeline.name: {"label": pipeline.label, "family": pipeline.family}
            for pipeline in suite.pipelines
        },
        "metrics": {name: _read_as(name) for name in metrics},
    }


def _read_as(metric: str) -> dict[str, Any]:
    module = plugin(metric)
    return {"unit": module.UNIT, "higher_is_better": module.HIGHER_IS_BETTER}
