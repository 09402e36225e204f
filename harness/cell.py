"""One cell measured: fit on the training split, compress the test vectors, compare before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from harness import judged, panels, plugins, stats
from harness.certificate import rounded
from harness.chain import Chain, Fitter
from harness.core import Doubles, Floats, InputError, Mask, PairSet, Training, Value
from harness.noted import histories, index_of, index_size, stored_symbols
from harness.overlap import Overlap
from harness.panels import Drawn
from harness.plan import Cell


@dataclass(frozen=True, slots=True)
class Material:
    """What the cells of one encoder and training split share.

    ``before``: cosines of the test pairs; ``drawn`` gives a set's random pairs and queries, ``judged`` the
    scores of the uncompressed vectors on the queries of a judged set.
    """

    training: Training
    tests: Mapping[str, PairSet]
    vectors: Mapping[str, Floats]
    before: Mapping[str, Floats]
    overlaps: Mapping[str, Overlap]
    drawn: Callable[[str], Drawn]
    judged: Callable[[str], Mapping[str, Doubles]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cell came to: values, sizes, audit, and the per-item scores behind the values.

    ``codes`` describes what was stored, set by set, where the last step stores symbols; ``training`` is what
    the steps noted while they were fitted.
    """

    chain: Chain
    values: list[Value]
    sizes: dict[str, Any]
    audit: dict[str, dict[str, Any]]
    scores: dict[str, Floats]
    codes: dict[str, Any]
    training: dict[str, Any]


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
    counts: dict[tuple[str, str, str], int] = {}
    audit: dict[str, dict[str, Any]] = {}
    for name, metrics in cell.metrics:
        series = _series(cell, chain, material, name, metrics)
        masks = _masks_of(material.tests[name], material.overlaps[name], series, protocols)
        audit[name] = _audited(material.tests[name], material.overlaps[name], masks["pairs"])
        for items, mine in series.items():
            asked = [metric for metric in metrics if items == _module(metric).ITEMS]
            scores |= _kept(name, items, mine, asked)
            enough = {key: mask for key, mask in masks[items].items() if mask.sum() >= panels.MINIMUM}
            estimated = _estimate(name, items, asked, mine, enough)
            found |= estimated
            counts |= {key: int(masks[items][key[0]].sum()) for key in estimated}
    values = [_value(key, estimate, counts[key]) for key, estimate in found.items()]
    for combined, weights in combine.items():
        values += _combined(combined, weights, found, counts)
    any_test = material.vectors[cell.tests[0]]
    sizes = chain.sizes(chain.encode(any_test[:1]), 4 * any_test.shape[1])
    if cell.target_bytes is not None and sizes["payload_bytes"] != cell.target_bytes:
        raise InputError(
            f"{cell.id}: found {sizes['payload_bytes']} payload bytes, expected {cell.target_bytes}"
        )
    if cell.index:
        first = cell.tests[0]
        sizes["index"] = index_size(cell, chain, material.vectors[first][material.drawn(first).rows])
    codes = {
        name: symbols
        for name in cell.tests
        if (symbols := stored_symbols(chain, material.tests[name], material.vectors[name]))
    }
    return Measured(chain, values, sizes, audit, scores, codes, histories(chain))


def _audited(data: PairSet, overlap: Overlap, masks: Mapping[str, Mask]) -> dict[str, Any]:
    """Return a set's audit: counts of its pairs, of those that each protocol keeps, and irregularities."""
    near = overlap.near_duplicate
    irregular = {} if data.irregularities is None else {"irregularities": dict(data.irregularities.counts)}
    return {
        **overlap.counts(),
        "kept": {protocol: int(mask.sum()) for protocol, mask in masks.items()},
        "kept_near_duplicates": {protocol: int((mask & near).sum()) for protocol, mask in masks.items()},
        **irregular,
    }


def _masks_of(
    data: PairSet, overlap: Overlap, series: Mapping[str, Mapping[str, Doubles]], protocols: list[str]
) -> dict[str, dict[str, Mask]]:
    """Return which items count under each protocol, for each kind of items."""
    pairs = _masks(overlap, protocols)
    masks = {items: panels.everything(dict(mine), protocols) for items, mine in series.items()}
    return {
        items: pairs if items == "pairs" else judged.masks(data, pairs) if items == "judged" else all_of_them
        for items, all_of_them in masks.items()
    }


def _module(metric: str) -> ModuleType:
    return plugins.load("metrics", metric.partition("@")[0], "metrics")


def _series(
    cell: Cell, chain: Chain, material: Material, name: str, metrics: tuple[str, ...]
) -> dict[str, dict[str, Doubles]]:
    """Return, for each kind of items that the metrics are about, the values of each item; pairs always."""
    data, vectors, where = material.tests[name], material.vectors[name], f"{cell.id}: {name}"
    if len(data.pairs) < panels.MINIMUM:
        said = f"found {len(data.pairs)} pairs, expected at least {panels.MINIMUM} to test on"
        raise InputError(f"{name}: {said}")
    seen = panels.views(chain, vectors, asymmetric=cell.asymmetric)
    pairs = panels.pair_series(data.pairs, material.before[name], data.gold, seen, where)
    left, right = data.pairs.T
    if cell.stages:
        staged = chain.through(vectors, len(chain.steps) - 1)
        pairs["stage"] = stats.cosines(staged[left], staged[right], where).astype(np.float64)
    if all(codec.reconstructs for codec in chain.codecs):
        errors = ((seen.stored.astype(np.float64) - vectors) ** 2).mean(axis=1)
        pairs["squared-error"] = (errors[left] + errors[right]) / 2
    series = {"pairs": pairs}
    asked = {_module(metric).ITEMS for metric in metrics}
    if "random-pairs" in asked:
        series["random-pairs"] = panels.random_series(material.drawn(name), seen, where)
    if "queries" in asked:
        series["queries"] = panels.query_series(material.drawn(name), seen)
    if "index" in asked:
        series["index"] = panels.index_series(
            material.drawn(name), seen, lambda rows, queries, k: index_of(cell, rows).search(queries, k)
        )
    if "judged" in asked:
        if data.queries is None:
            raise InputError(f"{where}: found no judged documents, expected a judged set for these metrics")
        before = {"original " + key: values for key, values in material.judged(name).items()}
        series["judged"] = {**judged.scores(data, seen.asked, seen.stored), **before}
    return series


def _kept(name: str, items: str, series: Mapping[str, Doubles], metrics: list[str]) -> dict[str, Floats]:
    """Return what of a cell's values goes into its score file: all that its metrics are computed from.

    The cosines of the set's own pairs before compression, and their scores, are in no cell's file: the
    first are in the encoder's, which all cells share, and the second in the data.
    """
    if not metrics:
        return {}
    if items == "pairs":
        after = {name: series["compressed"], name + "@stage": series.get("stage")}
    else:
        requests = [request for metric in metrics for request in _needed(metric)]
        used = dict.fromkeys(key for request in requests for key in request)
        after = {name + "@" + items + "@" + key: series.get(key) for key in used}
    return {key: values.astype(np.float32) for key, values in after.items() if values is not None}


def _needed(metric: str) -> list[stats.Request]:
    needed: list[stats.Request] = _module(metric).needs(metric.partition("@")[2])
    return needed


def _masks(overlap: Overlap, protocols: list[str]) -> dict[str, Mask]:
    return {name: plugins.load("protocols", name, "protocols").keep(overlap) for name in protocols}


def _estimate(
    name: str,
    items: str,
    metrics: list[str],
    series: Mapping[str, Doubles],
    masks: Mapping[str, Mask],
) -> dict[tuple[str, str, str], stats.Estimates]:
    requests = list(dict.fromkeys(request for metric in metrics for request in _needed(metric)))
    for key in {key for request in requests for key in request} - set(series):
        raise InputError(
            f"{name}: {', '.join(metrics)}: {_LACKING.get(key, f'there are not rows enough for {key!r}')}"
        )
    drawn_from = name if items == "pairs" else name + " " + items
    estimates = stats.estimates(drawn_from, series, masks, requests) if requests and masks else {}
    return {
        (protocol, name, metric): _module(metric).compute(
            lambda request, protocol=protocol: estimates[protocol, request], metric.partition("@")[2]
        )
        for protocol in masks
        for metric in metrics
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
    counts: Mapping[tuple[str, str, str], int],
) -> list[Value]:
    """Return the weighted sum over data sets, for each protocol and metric that all of them have."""
    values = []
    for protocol, metric in dict.fromkeys((protocol, metric) for protocol, _, metric in found):
        keys = [(protocol, dataset, metric) for dataset in weights]
        if all(key in found for key in keys):
            parts = [weight * found[key] for key, weight in zip(keys, weights.values(), strict=True)]
            n = sum(counts[key] for key in keys)
            values.append(_value((protocol, name, metric), np.sum(parts, axis=0), n))
    return values
