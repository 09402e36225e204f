"""One cell measured: fit on the training split, compress the test vectors, compare before and after."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.codecs.pipeline import Fitter, Pipeline
from harness.data.contamination import Contamination
from harness.data.identity import is_large
from harness.data.sampling import rows_of_pairs
from harness.errors import InputError
from harness.evaluation import values
from harness.evaluation.diagnostics import code_usage, histories
from harness.evaluation.encoded_vectors import Cost, EncodedVectors, encode
from harness.evaluation.evaluation_context import EvaluationContext
from harness.evaluation.knn import unit
from harness.evaluation.metric import plugin
from harness.evaluation.panel import Panel, panel_of
from harness.evaluation.sampled_rows import random_sample
from harness.evaluation.score_arrays import to_arrays
from harness.evaluation.search import build_index
from harness.evaluation.series import series_of
from harness.evaluation.values import Estimated, Key
from harness.planning.cells import Cell
from harness.types import Floats, Mask, PairSet, Value


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurement of a cell: values, sizes, contamination, and the per-item scores behind the values.

    ``codes`` describes the use of codes by set, where the last step stores symbols. ``training`` holds the
    training histories of the steps. ``left_out`` names undefined values with the reason. ``encoded`` has the
    rows of the first test set, for timings. ``costs`` are those of encoding and searching, by set.
    """

    pipeline: Pipeline
    values: list[Value]
    sizes: dict[str, Any]
    contamination: dict[str, dict[str, Any]]
    scores: dict[str, Floats]
    codes: dict[str, Any]
    training: dict[str, Any]
    left_out: list[dict[str, str]]
    encoded: EncodedVectors
    costs: dict[str, Cost]


def measure(cell: Cell, context: EvaluationContext, fitter: Fitter) -> Measured:
    """Return the measurement of one cell; raise InputError for what cannot be measured."""
    pipeline = fitter.fit(cell.steps)
    panels: dict[str, Panel] = {}
    scores: dict[str, Floats] = {}
    codes: dict[str, Any] = {}
    costs: dict[str, Cost] = {}
    first: dict[str, EncodedVectors] = {}  # the rows of other sets are freed at once
    for name, panel, encoded in _panels(cell, pipeline, context):
        panels[name] = panel
        scores |= to_arrays(name, panel.series, dict(cell.metrics)[name])
        costs[name] = dataclasses.replace(encoded.cost)  # a copy: what follows reads the rows again
        if usage := code_usage(pipeline, context.tests[name], encoded):
            codes[name] = usage
        if name == cell.tests[0]:
            first[name] = encoded
    estimated, left_out = _estimated(cell, panels, resampled=True)
    return Measured(
        pipeline=pipeline,
        values=_stated(estimated, panels, context.combine),
        sizes=_sizes(cell, pipeline, context, first[cell.tests[0]]),
        contamination={
            name: _counts(context.tests[name], context.contaminations[name], panel.masks["pairs"])
            for name, panel in panels.items()
        },
        scores=scores,
        codes=codes,
        training=histories(pipeline),
        left_out=left_out,
        encoded=first[cell.tests[0]],
        costs=costs,
    )


def point_values(cell: Cell, context: EvaluationContext, fitter: Fitter) -> dict[Key, float]:
    """Return the values of a cell by protocol, data set and metric, unrounded, without any resampling."""
    panels = {name: panel for name, panel, _ in _panels(cell, fitter.fit(cell.steps), context)}
    estimated, _ = _estimated(cell, panels, resampled=False)
    every = estimated | values.combined(estimated, context.combine)
    return {key: float(estimate[0]) for key, estimate in every.items()}


def _panels(
    cell: Cell, pipeline: Pipeline, context: EvaluationContext
) -> Iterator[tuple[str, Panel, EncodedVectors]]:
    """Yield the name, the panel and the compressed rows of each set of the cell."""
    pairs = context.samples(cell.tests)
    for name, metrics in cell.metrics:
        data, contamination = context.tests[name], context.contaminations[name]
        encoded = _encoded(cell, pipeline, context, name, metrics)
        series = series_of(cell, pipeline, context, name, encoded)
        samples = {"pairs": pairs[name]}
        if "random-pairs" in series:
            sampled = context.sampled(name)
            samples["random-pairs"] = random_sample(data.draw_name, sampled.pairs, len(sampled.rows))
        yield name, panel_of(data, contamination, series, samples, context.protocols), encoded


def _encoded(
    cell: Cell, pipeline: Pipeline, context: EvaluationContext, name: str, metrics: tuple[str, ...]
) -> EncodedVectors:
    """Return the rows of a set after compression, with an index where one is measured or sized."""
    encoded = encode(pipeline, context.vectors[name], asymmetric=cell.asymmetric)
    searched = any(plugin(metric).ITEMS == "index" for metric in metrics) or name == cell.tests[0]
    if cell.index is None or not searched:
        return encoded
    encoded.index = build_index(cell, unit(encoded.decoded(context.sampled(name).rows)))
    return encoded


def _estimated(
    cell: Cell, panels: Mapping[str, Panel], *, resampled: bool
) -> tuple[Estimated, list[dict[str, str]]]:
    """Return the estimates that are defined, and a note for each that is not."""
    estimated: Estimated = {}
    for name, metrics in cell.metrics:
        estimated |= values.estimated(name, panels[name], metrics, resampled=resampled)
    return values.without_undefined(estimated, panels)


def _stated(
    estimated: Estimated, panels: Mapping[str, Panel], combine: Mapping[str, Mapping[str, float]]
) -> list[Value]:
    """Return the values of sets, and then those of combinations."""
    counts = {key: panels[key[1]].count(key[0], key[2]) for key in estimated}
    stated = [values.value_of(key, estimate, counts[key]) for key, estimate in estimated.items()]
    for key, estimate in values.combined(estimated, combine).items():
        n = sum(counts[key[0], dataset, key[2]] for dataset in combine[key[1]])
        stated.append(values.value_of(key, estimate, n))
    return stated


def _sizes(
    cell: Cell, pipeline: Pipeline, context: EvaluationContext, encoded: EncodedVectors
) -> dict[str, Any]:
    """Return sizes in bytes on the first test set; raise InputError where the payload misses its target."""
    first = cell.tests[0]
    sizes = pipeline.sizes(encoded.rows(np.arange(1)).codes, 4 * context.vectors[first].shape[1])
    if cell.target_bytes is not None and sizes["payload_bytes"] != cell.target_bytes:
        raise InputError(
            f"{cell.id}: found {sizes['payload_bytes']} payload bytes, expected {cell.target_bytes}"
        )
    if encoded.index is not None:
        rows = len(context.sampled(first).rows)
        sizes["index"] = {"rows": rows, "bytes": int(encoded.index.nbytes)}
    return sizes


def _counts(data: PairSet, contamination: Contamination, masks: Mapping[str, Mask]) -> dict[str, Any]:
    """Return a set's contamination: its pairs in all and by protocol, and what is special."""
    near = contamination.near_duplicate
    irregular = {} if data.irregularities is None else {"irregularities": dict(data.irregularities.counts)}
    return {
        **contamination.counts(),
        "pairs_by_protocol": {protocol: int(mask.sum()) for protocol, mask in masks.items()},
        "near_duplicates_by_protocol": {
            protocol: int((mask & near).sum()) for protocol, mask in masks.items()
        },
        **irregular,
        **({"copies_within": "bytes"} if is_large(data) else {}),
        **({"rows_of_pairs": rows} if (rows := rows_of_pairs(data)) else {}),
    }
