"""The means over seeds of methods with the same bytes a vector, and their comparisons.

Cells that differ in their seed alone are a group. A resample draws the seeds of a group with replacement and
the items once: the group's mean weighs each seed by how often it is drawn, and every seed's value is that of
the same resample of items. Two groups are compared by the difference of their means, resample by resample.
Each group draws its seeds independently, because the seeds of two methods have nothing in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.evaluation.context import EncoderContext, EncoderSpec, open_context
from harness.evaluation.remeasure import Remeasured, remeasure
from harness.evaluation.tails import tails
from harness.evaluation.values import Estimated, Key
from harness.evidence.layout import Tree
from harness.numerics.rounding import rounded
from harness.parallel.resources import use_threads
from harness.planning.cells import Cell
from harness.statistics import bootstrap, estimates
from harness.statistics.requests import Estimates
from harness.types import Json


@dataclass(frozen=True, slots=True)
class Batch:
    """The groups, by name, that are compared: of one suite, encoder, training split and size in bytes.

    ``results`` holds the content of each cell's result, ``checksums`` its sha256, by the cell's id.
    """

    spec: EncoderSpec
    groups: Mapping[str, tuple[Cell, ...]]
    results: Mapping[str, Json]
    checksums: Mapping[str, str]
    tree: Tree

    @property
    def setting(self) -> dict[str, Any]:
        """Return what all groups have in common, as JSON."""
        cell = next(iter(self.groups.values()))[0]
        size = self.results[cell.id]["sizes"]["bytes_per_vector"]
        return {"encoder": cell.encoder, "train": cell.train, "bytes_per_vector": size}

    def identity(self) -> dict[str, Any]:
        """Return what decides the means of the batch: its results and its baselines."""
        return {**self.setting, "baselines": self.spec.inputs.suite.baselines, "results": self.checksums}


@dataclass(frozen=True, slots=True)
class _Mean:
    """A group's mean over seeds, point and resamples, its tails, and the estimates of one of its cells."""

    cell: Cell
    estimated: Estimated
    tails: list[dict[str, Any]]
    one: Remeasured


def batch_means(batch: Batch) -> tuple[str, dict[str, Any], int]:
    """Return the suite of a batch, its means and comparisons as JSON, and the number of its results."""
    use_threads()
    context = open_context(batch.spec)
    means = {name: _mean(batch, context, cells) for name, cells in batch.groups.items()}
    content = {
        "of": batch.identity(),
        "groups": [_stated(batch, name, mean) for name, mean in means.items()],
        "comparisons": [
            {"group": name, "against": other, "values": compared}
            for name, other in _pairs(batch)
            if (compared := _compared(means[name], means[other]))
        ],
    }
    return batch.spec.suite, content, len(batch.results)


def _mean(batch: Batch, context: EncoderContext, cells: tuple[Cell, ...]) -> _Mean:
    seeds = [remeasure(context, cell, batch.results[cell.id], batch.tree) for cell in cells]
    drawn_as = cells[0].drawn_as.removesuffix(f".s{cells[0].seed}")
    shares = bootstrap.seed_weights(f"{batch.spec.suite} {drawn_as}", len(cells))
    shares = np.concatenate([np.full((1, len(cells)), 1 / len(cells)), shares])
    keys = [key for key in seeds[0].estimated if all(key in seed.estimated for seed in seeds)]
    means = {
        key: np.sum([shares[:, i] * seed.estimated[key] for i, seed in enumerate(seeds)], axis=0)
        for key in keys
    }
    of_queries = tails([seed.panels for seed in seeds], cells[0].metrics, shares)
    return _Mean(cells[0], means, of_queries, seeds[0])


def _stated(batch: Batch, name: str, mean: _Mean) -> dict[str, Any]:
    """Return a group's means as JSON; the point is the mean of the rounded values in its results."""
    cells = batch.groups[name]
    stated: dict[Key, list[dict[str, Any]]] = {}
    for cell in cells:
        for value in batch.results[cell.id]["values"]:
            stated.setdefault((value["protocol"], value["dataset"], value["metric"]), []).append(value)
    values = []
    for key, of_seeds in stated.items():
        if len(of_seeds) == len(cells):
            value = rounded(sum(each["value"] for each in of_seeds) / len(of_seeds))
            units = sum(len(each) for each in mean.one.units[key].values())
            interval = _interval(key, mean.estimated[key], value)
            values.append({**interval, "n": of_seeds[0]["n"], "units": units})
    return {
        "group": name,
        "results": {cell.id: batch.checksums[cell.id] for cell in cells},
        "values": values,
        **({"tails": mean.tails} if mean.tails else {}),
    }


def _pairs(batch: Batch) -> Iterator[tuple[str, str]]:
    """Yield the pairs of groups that are compared, once each: every other group with each baseline."""
    pipelines = {name: cells[0].pipeline for name, cells in batch.groups.items()}
    baselines = [
        name
        for pipeline in batch.spec.inputs.suite.baselines
        for name in pipelines
        if pipelines[name] == pipeline
    ]
    for i, other in enumerate(baselines):
        yield from ((name, other) for name in pipelines if name != other and name not in baselines[:i])


def _compared(mean: _Mean, other: _Mean) -> list[dict[str, Any]]:
    """Return the differences of two groups' means, where both were measured on the same resamples."""
    compared = []
    for key in mean.estimated:
        if key in other.estimated and mean.one.units[key].keys() == other.one.units[key].keys():
            less = mean.estimated[key] - other.estimated[key]
            p = rounded(bootstrap.p_value(less[1:]))
            compared.append({**_interval(key, less, rounded(float(less[0]))), "p": p})
    return compared


def _interval(key: Key, estimate: Estimates, value: float) -> dict[str, Any]:
    _, low, high, undefined = estimates.summary(estimate)
    names = dict(zip(("protocol", "dataset", "metric"), key, strict=True))
    # The value is a mean of rounded values: it may pass an end by its last digit.
    ends = {"low": min(rounded(low), value), "high": max(rounded(high), value)}
    return {**names, "value": value, **ends, **({"undefined": undefined} if undefined else {})}
