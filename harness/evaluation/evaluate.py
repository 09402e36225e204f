"""One cell measured: fit on the training split, compress the test vectors, compare before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.codecs.pipeline import Chain, Fitter
from harness.data.contamination import Overlap
from harness.errors import InputError
from harness.evaluation import retrieval as judged
from harness.evaluation import series as panels
from harness.evaluation import values
from harness.evaluation.diagnostics import histories, index_of, index_size, stored_symbols
from harness.evaluation.series import Drawn
from harness.evaluation.values import Estimated, Panel
from harness.planning import registry
from harness.planning.cells import Cell
from harness.statistics import clusters, estimates
from harness.statistics.clusters import Sample
from harness.types import Doubles, Floats, Ints, Mask, PairSet, Training, Value

Combine = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Material:
    """What the cells of one encoder and training split share.

    ``before``: cosines of the test pairs; ``drawn`` gives a set's random pairs and queries, ``judged`` the
    scores of the uncompressed vectors on the queries of a judged set, ``samples`` how the pairs of sets that
    are measured together are resampled.
    """

    training: Training
    tests: Mapping[str, PairSet]
    vectors: Mapping[str, Floats]
    before: Mapping[str, Floats]
    overlaps: Mapping[str, Overlap]
    drawn: Callable[[str], Drawn]
    judged: Callable[[str], Mapping[str, Doubles]]
    samples: Callable[[tuple[str, ...]], Mapping[str, Sample]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cell came to: values, sizes, audit, and the per-item scores behind the values.

    ``codes`` describes what was stored, set by set, where the last step stores symbols; ``training`` is what
    the steps noted while they were fitted; ``left_out`` names values that are undefined, and says why.
    """

    chain: Chain
    values: list[Value]
    sizes: dict[str, Any]
    audit: dict[str, dict[str, Any]]
    scores: dict[str, Floats]
    codes: dict[str, Any]
    training: dict[str, Any]
    left_out: list[dict[str, str]]


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
    cell: Cell, material: Material, fitter: Fitter, protocols: list[str], combine: Combine
) -> Measured:
    """Return the measurement of one cell; raise InputError for what cannot be measured."""
    chain = fitter.fit(cell.steps)
    scores: dict[str, Floats] = {}
    found: Estimated = {}
    audit: dict[str, dict[str, Any]] = {}
    seen = _panels(cell, chain, material, protocols)
    for name, metrics in cell.metrics:
        panel = seen[name]
        audit[name] = _audited(material.tests[name], material.overlaps[name], panel.masks["pairs"])
        for items, series in panel.series.items():
            asked = [metric for metric in metrics if items == values.plugin(metric).ITEMS]
            scores |= _kept(name, items, series, asked)
        found |= values.estimated(name, panel, metrics, resampled=True)
    found, left_out = values.without_undefined(found, seen)
    counts = {key: seen[key[1]].count(key[0], key[2]) for key in found}
    sums = values.combined(found, combine)
    stated = [values.value_of(key, estimate, counts[key]) for key, estimate in found.items()]
    for key, estimate in sums.items():
        n = sum(counts[key[0], dataset, key[2]] for dataset in combine[key[1]])
        stated.append(values.value_of(key, estimate, n))
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
    return Measured(chain, stated, sizes, audit, scores, codes, histories(chain), left_out)


def point_values(
    cell: Cell, material: Material, fitter: Fitter, protocols: list[str], combine: Combine
) -> dict[values.Key, float]:
    """Return the values of a cell by protocol, data set and metric, unrounded, without any resampling."""
    found: Estimated = {}
    seen = _panels(cell, fitter.fit(cell.steps), material, protocols)
    for name, metrics in cell.metrics:
        found |= values.estimated(name, seen[name], metrics, resampled=False)
    found, _ = values.without_undefined(found, seen)
    return {key: float(estimate[0]) for key, estimate in (found | values.combined(found, combine)).items()}


def _panels(cell: Cell, chain: Chain, material: Material, protocols: list[str]) -> dict[str, Panel]:
    """Return what is measured of each set of the cell."""
    pairs = material.samples(cell.tests)
    found: dict[str, Panel] = {}
    for name, metrics in cell.metrics:
        series = _series(cell, chain, material, name, metrics)
        samples = {"pairs": pairs[name]}
        if "random-pairs" in series:
            drawn = material.drawn(name)
            samples["random-pairs"] = random_sample(
                material.tests[name].draw_name, drawn.pairs, len(drawn.rows)
            )
        found[name] = panel_of(material.tests[name], material.overlaps[name], series, samples, protocols)
    return found


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


def random_sample(draw_name: str, pairs: Ints, rows: int) -> Sample:
    """Return how the random pairs (m, 2) of a set are resampled, drawn of so many rows."""
    return clusters.of_pairs(f"{draw_name} random-pairs", pairs, rows)


def panel_of(
    data: PairSet,
    overlap: Overlap,
    series: Mapping[str, Mapping[str, Doubles]],
    samples: Mapping[str, Sample],
    protocols: list[str],
) -> Panel:
    """Return what is measured of a set; ``samples`` has those of pairs, queries are units of their own."""
    masks = _masks_of(data, overlap, series, protocols)
    queries = {
        items: clusters.independent(f"{data.draw_name} {items}", len(next(iter(masks[items].values()))))
        for items in series
        if items not in samples
    }
    return Panel(series, masks, {**samples, **queries})


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


def _series(
    cell: Cell, chain: Chain, material: Material, name: str, metrics: tuple[str, ...]
) -> dict[str, dict[str, Doubles]]:
    """Return, for each kind of items that the metrics are about, the values of each item; pairs always."""
    data, vectors, where = material.tests[name], material.vectors[name], f"{cell.id}: {name}"
    if len(data.pairs) < values.MINIMUM:
        said = f"found {len(data.pairs)} pairs, expected at least {values.MINIMUM} to test on"
        raise InputError(f"{name}: {said}")
    seen = panels.views(chain, vectors, asymmetric=cell.asymmetric)
    pairs = panels.pair_series(data.pairs, material.before[name], data.gold, seen, where)
    left, right = data.pairs.T
    if cell.stages:
        staged = chain.through(vectors, len(chain.steps) - 1)
        pairs["stage"] = estimates.cosines(staged[left], staged[right], where).astype(np.float64)
    if all(codec.reconstructs for codec in chain.codecs):
        errors = ((seen.stored.astype(np.float64) - vectors) ** 2).mean(axis=1)
        pairs["squared-error"] = (errors[left] + errors[right]) / 2
    series = {"pairs": pairs}
    asked = {values.plugin(metric).ITEMS for metric in metrics}
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
        before = {"original " + key: each for key, each in material.judged(name).items()}
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
        if any(("squared-error",) in values.needed(metric) for metric in metrics):
            after[name + "@squared-error"] = series.get("squared-error")
    else:
        requests = [request for metric in metrics for request in values.needed(metric)]
        used = dict.fromkeys(key for request in requests for key in request)
        after = {name + "@" + items + "@" + key: series.get(key) for key in used}
    return {key: each.astype(np.float32) for key, each in after.items() if each is not None}


def _masks(overlap: Overlap, protocols: list[str]) -> dict[str, Mask]:
    return {name: registry.load("protocols", name, "protocols").keep(overlap) for name in protocols}
