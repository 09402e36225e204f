"""The panel of a set, from a cell's score files and the labels of its suite: no data set is needed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evaluation.metric import plugin
from harness.evaluation.panel import Masks, Panel, all_true_masks
from harness.evidence import draw_names
from harness.evidence.files import inside
from harness.evidence.layout import Tree
from harness.planning import registry
from harness.statistics.clusters import Sample, independent
from harness.types import Doubles, Json, Mask
from harness.verification.labels import Labels

Arrays = Mapping[str, Doubles]


def arrays(tree: Tree, content: Mapping[str, Any], key: str, where: str) -> Arrays:
    """Return the arrays of a score file; raise InputError where it cannot be read or is not finite."""
    try:
        file = inside(tree.root, str(content["files"][key]["path"]), f"{where}: files.{key}")
        with np.load(file, allow_pickle=False) as stored:
            scores = {name: np.asarray(stored[name], np.float64) for name in stored.files}
    except (KeyError, TypeError, OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{where}: files.{key}: {error}, expected a readable .npz of scores") from error
    for name, array in scores.items():
        if not np.isfinite(array).all():
            raise InputError(f"{file}: {name}: found NaN or infinity, expected finite scores")
    return scores


def panel(dataset: str, content: Json, labels: Labels, after: Arrays, before: Arrays) -> Panel:
    """Return the panel of one set of a result's cell; raise InputError where a part of it is missing."""
    inputs = content["inputs"]
    cell, protocols = inputs["cell"], inputs["protocols"]
    drawn_as = draw_names.of_dataset(inputs["datasets"], dataset)
    kinds = dict.fromkeys(["pairs", *(plugin(metric).ITEMS for metric in cell["metrics"][dataset])])
    series = {items: _series(dataset, items, after, before, labels) for items in kinds}
    for items, own in series.items():
        lengths = {name: len(values) for name, values in own.items()}
        if len(set(lengths.values())) > 1:
            raise InputError(f"{dataset}: {items}: found {lengths} items, expected as many of each")
    audit = labels.contamination(dataset, cell["train"], _pairs(dataset, series, labels))
    pairs = {name: registry.load("protocols", name, "protocols").keep(audit) for name in protocols}
    counted = {items: _masks(dataset, items, own, pairs, labels) for items, own in series.items()}
    samples = {
        items: _sample(dataset, items, content, labels, drawn_as, _length(own))
        for items, own in series.items()
    }
    for items, sample in samples.items():
        if series[items] and len(sample.members) != _length(series[items]):
            raise InputError(
                f"{dataset}: {items}: found {_length(series[items])} scores, "
                f"expected {len(sample.members)}, as its labels have"
            )
    return Panel(series, counted, samples)


def _series(dataset: str, items: str, after: Arrays, before: Arrays, labels: Labels) -> dict[str, Doubles]:
    """Return what the score files and labels have of a set's items, by the names that metrics ask for."""
    if items != "pairs":
        start = f"{dataset}@{items}@"
        return {key.removeprefix(start): array for key, array in after.items() if key.startswith(start)}
    named = {"compressed": after.get(dataset), "original": before.get(dataset)}
    named |= {name: after.get(f"{dataset}@{name}") for name in ("stage", "squared-error")}
    named["human"] = labels.human(dataset)
    return {key: array for key, array in named.items() if array is not None}


def _length(series: Mapping[str, Doubles]) -> int:
    return len(next(iter(series.values()), ()))


def _pairs(dataset: str, series: Mapping[str, Mapping[str, Doubles]], labels: Labels) -> int:
    judged = labels.pairs(dataset)
    return _length(series["pairs"]) if judged is None else judged


def _masks(
    dataset: str, items: str, series: Mapping[str, Doubles], pairs: dict[str, Mask], labels: Labels
) -> Masks:
    """Return which items count under each protocol; ``pairs`` are the masks of the set's own pairs."""
    if items == "pairs":
        return pairs
    if items == "judged":
        queries = _length(series)
        return {protocol: labels.judged(dataset, mask, queries) for protocol, mask in pairs.items()}
    return all_true_masks(series, list(pairs)) if series else {}


def _sample(dataset: str, items: str, content: Json, labels: Labels, drawn_as: str, count: int) -> Sample:
    cell = content["inputs"]["cell"]
    if items == "pairs":
        return labels.pairs_sample(tuple(cell["tests"]), dataset)
    if items == "random-pairs":
        return labels.random_sample(dataset, drawn_as, cell["train"])
    return independent(f"{drawn_as} {items}", count)
