"""One cell measured: fit on the training split, compress the test vectors, compare before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import plugins, stats
from harness.certificate import rounded
from harness.chain import Chain, Fitter
from harness.core import Doubles, Floats, InputError, Mask, PairSet, Training, Value
from harness.overlap import Overlap
from harness.plan import Cell

MINIMUM_PAIRS = 30  # with fewer some resample draws none of them, or one alone, and has no correlation


@dataclass(frozen=True, slots=True)
class Material:
    """What the cells of one encoder and training split share. ``before``: cosines of the test pairs."""

    training: Training
    tests: Mapping[str, PairSet]
    vectors: Mapping[str, Floats]
    before: Mapping[str, Floats]
    overlaps: Mapping[str, Overlap]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cell came to: values, sizes, audit, and the per-pair similarities behind the values."""

    chain: Chain
    values: list[Value]
    sizes: dict[str, Any]
    audit: dict[str, dict[str, Any]]
    scores: dict[str, Floats]


def training_of(data: PairSet, vectors: Floats) -> Training:
    """Return the training split: each different row once, in order, and the pairs among them."""
    keys = list(data.texts) if data.texts is not None else [row.tobytes() for row in vectors]
    first: dict[str | bytes, int] = {}
    for key in keys:
        first.setdefault(key, len(first))
    rows = {key: i for i, key in reversed(list(enumerate(keys)))}
    places = np.array([first[key] for key in keys], np.int64)
    return Training(
        np.ascontiguousarray(vectors[[rows[key] for key in first]]), places[data.pairs], data.gold
    )


def measure(
    cell: Cell,
    material: Material,
    fitter: Fitter,
    protocols: list[str],
    combine: Mapping[str, Mapping[str, float]],
) -> Measured:
    """Return the measurement of one cell; raise InputError for what cannot be measured."""
    chain = fitter.fit(cell.steps)
    scores: dict[str, Floats] = {}
    found: dict[tuple[str, str, str], stats.Estimates] = {}
    audit: dict[str, dict[str, Any]] = {}
    for name, metrics in cell.metrics:
        series = _series(cell, chain, material, name)
        scores[name] = series["compressed"].astype(np.float32)
        if "stage" in series:
            scores[name + "@stage"] = series["stage"].astype(np.float32)
        masks = _masks(material.overlaps[name], protocols)
        kept = {protocol: int(mask.sum()) for protocol, mask in masks.items()}
        if len(material.tests[name].pairs) < MINIMUM_PAIRS:
            said = (
                f"found {len(material.tests[name].pairs)} pairs, expected at least {MINIMUM_PAIRS} to test on"
            )
            raise InputError(f"{name}: {said}")
        audit[name] = {**material.overlaps[name].counts(), "kept": kept}
        enough = {protocol: mask for protocol, mask in masks.items() if mask.sum() >= MINIMUM_PAIRS}
        found |= _estimate(name, metrics, series, enough)
    values = [_value(key, estimate, audit[key[1]]["kept"][key[0]]) for key, estimate in found.items()]
    for combined, weights in combine.items():
        values += _combined(combined, weights, found, audit)
    any_test = material.vectors[cell.tests[0]]
    sizes = chain.sizes(chain.encode(any_test[:1]), 4 * any_test.shape[1])
    if cell.target_bytes is not None and sizes["payload_bytes"] != cell.target_bytes:
        raise InputError(
            f"{cell.id}: found {sizes['payload_bytes']} payload bytes, expected {cell.target_bytes}"
        )
    return Measured(chain, values, sizes, audit, scores)


def _series(cell: Cell, chain: Chain, material: Material, name: str) -> dict[str, Doubles]:
    data, vectors = material.tests[name], material.vectors[name]
    left, right = data.pairs.T
    decoded = chain.decode(chain.encode(vectors))
    series = {
        "original": material.before[name].astype(np.float64),
        "compressed": stats.cosines(decoded[left], decoded[right], f"{cell.id}: {name}").astype(np.float64),
    }
    if data.gold is not None:
        series["human"] = data.gold
    if cell.stages:
        staged = chain.through(vectors, len(chain.steps) - 1)
        series["stage"] = stats.cosines(staged[left], staged[right], f"{cell.id}: {name}").astype(np.float64)
    if all(codec.reconstructs for codec in chain.codecs):
        errors = ((decoded.astype(np.float64) - vectors) ** 2).mean(axis=1)
        series["squared-error"] = (errors[left] + errors[right]) / 2
    return series


def _masks(overlap: Overlap, protocols: list[str]) -> dict[str, Mask]:
    return {name: plugins.load("protocols", name, "protocols").keep(overlap) for name in protocols}


def _estimate(
    name: str, metrics: tuple[str, ...], series: Mapping[str, Doubles], masks: Mapping[str, Mask]
) -> dict[tuple[str, str, str], stats.Estimates]:
    modules = {metric: plugins.load("metrics", metric.partition("@")[0], "metrics") for metric in metrics}
    requests: dict[stats.Request, None] = {}
    for metric, module in modules.items():
        reference = metric.partition("@")[2]
        if reference not in module.REFERENCES:
            raise InputError(
                f"metrics: found {metric!r}, expected a reference of {', '.join(module.REFERENCES)}"
            )
        requests |= dict.fromkeys(module.needs(reference))
    for key in {key for request in requests for key in request} - set(series):
        raise InputError(f"{name}: {', '.join(metrics)}: {_LACKING.get(key, f'there is no {key!r}')}")
    estimates = stats.estimates(name, series, masks, list(requests))
    return {
        (protocol, name, metric): module.compute(
            lambda request, protocol=protocol: estimates[protocol, request], metric.partition("@")[2]
        )
        for protocol in masks
        for metric, module in modules.items()
    }


_LACKING = {
    "human": "the set has no human scores, and task preservation cannot be computed without them",
    "stage": "added loss needs a chain with stages = true",
    "squared-error": "the codec does not decode into the original space",
}


def _value(key: tuple[str, str, str], estimate: stats.Estimates, n: int) -> Value:
    value, low, high = (rounded(number) for number in stats.summary(estimate))
    return Value(*key, value, low, high, n)


def _combined(
    name: str,
    weights: Mapping[str, float],
    found: Mapping[tuple[str, str, str], stats.Estimates],
    audit: Mapping[str, Mapping[str, Any]],
) -> list[Value]:
    """Return the weighted sum over data sets, for each protocol and metric that all of them have."""
    values = []
    for protocol, metric in dict.fromkeys((protocol, metric) for protocol, _, metric in found):
        keys = [(protocol, dataset, metric) for dataset in weights]
        if all(key in found for key in keys):
            parts = [weight * found[key] for key, weight in zip(keys, weights.values(), strict=True)]
            n = sum(audit[dataset]["kept"][protocol] for dataset in weights)
            values.append(_value((protocol, name, metric), np.sum(parts, axis=0), n))
    return values
