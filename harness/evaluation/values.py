"""From values an item to the values of a result: metrics, combinations, and undefined values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.errors import InputError
from harness.evaluation.metric import needed, plugin
from harness.evaluation.panel import Panel
from harness.evaluation.sampled_rows import MINIMUM
from harness.numerics.rounding import rounded
from harness.statistics import estimates as stats
from harness.statistics.requests import Estimates
from harness.types import Value

Key = tuple[str, str, str]  # protocol, data set or combination, metric
Estimated = dict[Key, Estimates]

_MISSING = {
    "human": "the set has no human scores, and task preservation cannot be computed without them",
    "stage": "added loss needs a pipeline with stages = true",
    "squared-error": "the codec does not decode into the original space",
}


def estimated(name: str, panel: Panel, metrics: tuple[str, ...], *, resampled: bool) -> Estimated:
    """Return the estimates of each metric of the set ``name`` under each protocol that keeps enough items.

    Without ``resampled`` an estimate is its point alone. Raises InputError where a series is missing.
    """
    estimated: Estimated = {}
    for items, series in panel.series.items():
        chosen = [metric for metric in metrics if items == plugin(metric).ITEMS]
        requests = list(dict.fromkeys(request for metric in chosen for request in needed(metric)))
        for key in {key for request in requests for key in request} - set(series):
            reason = _MISSING.get(key, f"there are not rows enough for {key!r}")
            raise InputError(f"{name}: {', '.join(chosen)}: {reason}")
        masks = {key: mask for key, mask in panel.masks[items].items() if mask.sum() >= MINIMUM}
        if not requests or not masks:
            continue
        if resampled:
            estimates = stats.estimates(panel.samples[items], series, masks, requests)
        else:
            estimates = stats.points(series, masks, requests)
        for protocol in masks:
            of_protocol = {request: estimates[protocol, request] for request in requests}
            for metric in chosen:
                with np.errstate(divide="ignore", invalid="ignore"):  # what is undefined is left out later
                    computed = plugin(metric).compute(of_protocol.__getitem__, metric.partition("@")[2])
                estimated[protocol, name, metric] = computed
    return estimated


def without_undefined(
    estimated: Estimated, panels: Mapping[str, Panel]
) -> tuple[Estimated, list[dict[str, str]]]:
    """Return the estimates whose point is defined, and a note with the reason for each other one.

    Raises InputError where a metric of a set is undefined under every protocol.
    """
    undefined = {key: _why(key, panels[key[1]]) for key in estimated if not np.isfinite(estimated[key][0])}
    defined = {key: estimate for key, estimate in estimated.items() if key not in undefined}
    somewhere = {key[1:] for key in defined}
    for (protocol, name, metric), why in undefined.items():
        if (name, metric) not in somewhere:
            raise InputError(f"{name} ({protocol}): {metric} is undefined: {why}")
    notes = [dict(zip(("protocol", "dataset", "metric"), key, strict=True)) for key in undefined]
    return defined, [{**note, "why": why} for note, why in zip(notes, undefined.values(), strict=True)]


def combined(estimated: Estimated, combine: Mapping[str, Mapping[str, float]]) -> Estimated:
    """Return the weighted sums over data sets, for each protocol and metric that all sets have."""
    sums: Estimated = {}
    for name, weights in combine.items():
        for protocol, metric in dict.fromkeys((protocol, metric) for protocol, _, metric in estimated):
            keys = [(protocol, dataset, metric) for dataset in weights]
            if all(key in estimated for key in keys):
                parts = [weight * estimated[key] for key, weight in zip(keys, weights.values(), strict=True)]
                sums[protocol, name, metric] = np.sum(parts, axis=0)
    return sums


def value_of(key: Key, estimate: Estimates, n: int) -> Value:
    """Return an estimate as a result states it."""
    value, low, high, undefined = stats.summary(estimate)
    return Value(*key, rounded(value), rounded(low), rounded(high), n, undefined)


def _why(key: Key, panel: Panel) -> str:
    """Return why a value has no point: a series is constant, or it divides by 0."""
    protocol, _, metric = key
    items = plugin(metric).ITEMS
    mask = panel.masks[items][protocol]
    for name in dict.fromkeys(name for request in needed(metric) for name in request if len(request) > 1):
        counted = panel.series[items][name][mask]
        if (counted == counted[0]).all():
            return f"all {len(counted)} values are equal ({name}), expected values that can be ranked"
    return "it divides by 0, expected values before compression that are not 0"
