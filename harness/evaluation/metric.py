"""Metric plug-ins by name, and the metrics that are a single estimate.

A metric is named with its reference, such as ``spearman@human``. Its module states its items, references,
unit, direction and rerun tolerance, which estimates it needs, and what it computes from them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeAlias

from harness.planning import registry
from harness.statistics.requests import Estimates, Request

Lookup: TypeAlias = Callable[[Request], Estimates]
Needs: TypeAlias = Callable[[str], list[Request]]
Compute: TypeAlias = Callable[[Lookup, str], Estimates]


def plugin(metric: str) -> ModuleType:
    """Return the plug-in of a metric; raise InputError with the choices for an unknown name."""
    return registry.load("metrics", metric.partition("@")[0], "metrics")


def needed(metric: str) -> list[Request]:
    """Return the estimates that a metric is computed from."""
    requests: list[Request] = plugin(metric).needs(metric.partition("@")[2])
    return requests


def mean_of(series: str) -> tuple[Needs, Compute]:
    """Return ``needs`` and ``compute`` of a metric that is the mean of one series.

    ``series`` names it, with ``{reference}`` where the metric's reference belongs.
    """
    return _one_estimate(lambda reference: (series.format(reference=reference),))


def correlation_of(series: str) -> tuple[Needs, Compute]:
    """Return ``needs`` and ``compute`` of a metric that is Spearman's of a series with the reference."""
    return _one_estimate(lambda reference: (series, reference))


def _one_estimate(request: Callable[[str], Request]) -> tuple[Needs, Compute]:
    def needs(reference: str) -> list[Request]:
        return [request(reference)]

    def compute(estimate: Lookup, reference: str) -> Estimates:
        return estimate(request(reference))

    return needs, compute
