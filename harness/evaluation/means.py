"""Means over seeds with one interval over items and seeds, and comparisons of methods, as evidence.

Cells that differ in their seed alone are a group. Its mean in a resample weighs its seeds as often as they
are drawn, with replacement, and each seed's value is that of the same resample of items. Two groups are
compared by the difference of their means, resample by resample; each draws its seeds on its own, as seeds of
two methods have nothing in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evaluation.context import EncoderContext, EncoderSpec, open_context
from harness.evaluation.remeasure import Remeasured, remeasure
from harness.evaluation.values import Estimated, Key
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json, read_stamped, write_stamped
from harness.numerics.rounding import rounded
from harness.parallel.resources import use_threads
from harness.parallel.workers import spread
from harness.planning import registry
from harness.planning.cells import Cell
from harness.statistics import bootstrap, estimates
from harness.statistics.requests import Estimates
from harness.types import Json

OnProgress = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much


@dataclass(frozen=True, slots=True)
class Batch:
    """What is compared: the groups, by name, of one suite, space, training split and size in bytes.

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
        """Return what decides the means of the batch: the results, and what they are compared with."""
        return {**self.setting, "baselines": self.spec.inputs.suite.baselines, "results": self.checksums}


def write_means(
    cells: Mapping[EncoderSpec, list[Cell]], tree: Tree, jobs: int, on_progress: OnProgress
) -> None:
    """Write the means of each suite whose results are others than those they were made from.

    ``cells`` are those with a result in ``tree``, by the encoder that they belong to.
    """
    code = registry.code_of(__name__)
    batches = [batch for spec, measured in cells.items() for batch in _batches(spec, measured, tree)]
    suites: dict[str, list[dict[str, Any]]] = {spec.suite: [] for spec in cells}
    todo: list[Batch] = []
    old = {suite: _old(tree, suite, code) for suite in suites}
    for batch in batches:
        made = next((x for x in old[batch.spec.suite] if x["of"] == batch.identity()), None)
        suites[batch.spec.suite] += [made] if made else []
        todo += [] if made else [batch]
    todo.sort(key=lambda batch: -len(batch.results))  # long ones first: no core idles at the end
    total, done = sum(len(batch.results) for batch in todo), 0
    for suite, made, count in spread(_made, todo, max(1, min(jobs, len(todo)))) if todo else ():
        done += count
        suites[suite].append(made)
        on_progress("means over seeds", done, total)
    for suite, listed in suites.items():
        ordered = sorted(
            listed,
            key=lambda x: [str(x["of"][key]) for key in ("encoder", "train")] + [x["of"]["bytes_per_vector"]],
        )
        content = {
            "suite": suite,
            "code": code,
            "interval": {"level": bootstrap.LEVEL, "resamples": bootstrap.RESAMPLES},
            "batches": ordered,
        }
        if ordered != old[suite]:
            write_stamped(tree.means(suite), content)


def group_of(cell: Cell) -> str:
    """Return the name of the cells that differ from a cell in their seed alone."""
    return cell.id.removesuffix(f".s{cell.seed}")


def _old(tree: Tree, suite: str, code: list[str]) -> list[dict[str, Any]]:
    """Return the batches of the means that are there, none where they are of other code or unreadable."""
    try:
        content, _ = read_stamped(tree.means(suite))
    except InputError:
        return []
    return list(content["batches"]) if content.get("code") == code else []


def _batches(spec: EncoderSpec, cells: list[Cell], tree: Tree) -> Iterator[Batch]:
    settings: dict[tuple[str, int], dict[str, tuple[Cell, ...]]] = {}
    results: dict[str, Json] = {}
    checksums: dict[str, str] = {}
    for cell in cells:
        stamped = read_json(tree.result(cell.suite, cell.id))
        results[cell.id], checksums[cell.id] = stamped["content"], stamped["sha256"]
        setting = cell.train, int(results[cell.id]["sizes"]["bytes_per_vector"])
        groups = settings.setdefault(setting, {})
        groups[group_of(cell)] = (*groups.get(group_of(cell), ()), cell)
    for groups in settings.values():
        names = [cell.id for group in groups.values() for cell in group]
        yield Batch(
            spec,
            groups,
            {name: results[name] for name in names},
            {name: checksums[name] for name in names},
            tree,
        )


@dataclass(frozen=True, slots=True)
class _Mean:
    """A group's mean over seeds, its point and resamples, and what one of its cells is made of."""

    cell: Cell
    estimated: Estimated
    one: Remeasured


def _made(batch: Batch) -> tuple[str, dict[str, Any], int]:
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
    return _Mean(cells[0], means, seeds[0])


def _stated(batch: Batch, name: str, mean: _Mean) -> dict[str, Any]:
    """Return a group's means as JSON; a mean's point is that of the values that its results state."""
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
    }


def _pairs(batch: Batch) -> Iterator[tuple[str, str]]:
    """Yield the groups that are compared, each pair once: every other one with each baseline."""
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
    """Return the differences of two groups' means, of what was measured of both on the same resamples."""
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
    # The value is that of rounded ones: it may pass an end by its last digit.
    ends = {"low": min(rounded(low), value), "high": max(rounded(high), value)}
    return {**names, "value": value, **ends, **({"undefined": undefined} if undefined else {})}
