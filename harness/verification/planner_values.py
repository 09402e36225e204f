"""Comparisons of planners, computed again from the recall of each query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evidence.files import check_digest, inside
from harness.evidence.layout import Tree
from harness.evidence.schema.peers import PlannerComparison, parse_comparison
from harness.evidence.stamp import read_stamped
from harness.statistics.clusters import independent
from harness.statistics.estimates import estimates, summary

_EQUAL = 2e-6  # values are stated to 6 digits
_ALL = "all"


def problems(tree: Tree) -> list[str]:
    """Return a line for each value of a comparison that does not follow from its scores."""
    lines = []
    for path in tree.comparisons():
        try:
            comparison = parse_comparison(path, read_stamped(path)[0])
            lines += [f"{path}: {line}" for line in _problems(comparison, _scores(comparison, tree))]
        except InputError as error:
            lines.append(str(error))
    return lines


def _scores(comparison: PlannerComparison, tree: Tree) -> dict[str, Any]:
    file = comparison.files.scores
    path = inside(tree.root, file.path, f"{tree.comparison(comparison.name)}: files.scores")
    check_digest(path, file.sha256)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: {error}, expected arrays of scores") from error


def _problems(comparison: PlannerComparison, scores: Mapping[str, Any]) -> list[str]:
    sample = independent(comparison.resampled, comparison.queries)
    stated = {
        f"{i}/{value.series}": value
        for i, planner in enumerate(comparison.planners)
        for value in planner.values
    }
    lines = [f"{name}: found scores, expected none without a value" for name in scores.keys() - stated.keys()]
    for name, value in stated.items():
        series = scores.get(name)
        if series is None or series.shape != (comparison.queries,) or series.dtype != np.float64:
            lines.append(f"{name}: expected scores of {comparison.queries} queries")
            continue
        estimated = estimates(sample, {_ALL: series}, {_ALL: np.ones(len(series), bool)}, [(_ALL,)])
        point, low, high, _ = summary(estimated[_ALL, (_ALL,)])
        same = np.allclose([value.value, value.low, value.high], [point, low, high], rtol=0, atol=_EQUAL)
        if not same or value.n != comparison.queries:
            actual = f"{value.value:g} [{value.low:g}, {value.high:g}]"
            lines.append(f"{name}: found {actual}, expected {point:g} [{low:g}, {high:g}] by its scores")
    return lines
