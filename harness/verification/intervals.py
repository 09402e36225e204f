"""Intervals of means over seeds, and comparisons, computed again from score files without the data.

The draws are those of ``evaluation.means``: names of sets and groups seed them. The digest of their names
chooses a few groups and comparisons of each suite. Of these, a value is checked where every item counts and
the evidence tells which items are resampled together: queries; random pairs of few rows, which depend on
the number of rows alone; and pairs that are clusters of their own. The order of such clusters is in the data
only: another order gives other draws, and ends that agree up to the error of resampling. Values that rest on
human scores, other clusters or combinations of sets need the data; their checksums protect them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from harness.data.sampling import random_pairs
from harness.evaluation import values
from harness.evaluation.metric import needed, plugin
from harness.evaluation.panel import Panel
from harness.evaluation.sampled_rows import random_sample
from harness.evaluation.values import Estimated
from harness.evidence import draw_names
from harness.evidence.layout import Tree
from harness.evidence.stability import key_of
from harness.statistics import bootstrap
from harness.statistics import estimates as stats
from harness.statistics.clusters import Sample, independent
from harness.statistics.requests import Estimates
from harness.types import Doubles, Json
from harness.verification.recompute import arrays, series_of

CHOSEN = 2  # groups a suite, and comparisons
OTHER_DRAWS, SAME_DRAWS = 0.1, 1e-3  # of an interval's width: how far an end may be off
OTHER_P, SAME_P = 0.05, 1e-3  # how far a p may be off
FEW = 300  # rows: of so few each stands in some random pair, and there are as many as units
FLOOR = 2e-6  # the last digit of two values near 1

Names = TypeVar("Names")


@dataclass(frozen=True, slots=True)
class Checked:
    """A line for each problem, and of how many values the interval was computed again."""

    problems: list[str]
    values: int


def check(tree: Tree, path: Path, means: Json, results: Mapping[str, Json]) -> Checked:
    """Compute chosen intervals of the means at ``path`` again, of ``results`` by cell in their plan's order.

    Raises InputError where a score file cannot be read, KeyError or TypeError for means of another form.
    """
    groups = {group["group"]: group for batch in means["batches"] for group in batch["groups"]}
    compared = {
        (pair["group"], pair["against"]): pair for batch in means["batches"] for pair in batch["comparisons"]
    }
    alone, pairs = _chosen(groups), _chosen(compared)
    estimates = {
        name: _mean(tree, means["suite"], groups[name], results)
        for name in dict.fromkeys([*alone, *(name for pair in pairs for name in pair)])
    }
    problems: list[str] = []
    checked = 0
    recomputed = [(name, groups[name], estimates[name]) for name in alone]
    recomputed += [
        (" against ".join(pair), compared[pair], _less(estimates[pair[0]], estimates[pair[1]]))
        for pair in pairs
    ]
    for name, stated, computed in recomputed:
        checkable = [value for value in stated["values"] if key_of(value) in computed]
        checked += len(checkable)
        problems += [
            f"{path}: {name}: {' '.join(key_of(value))}: {why}"
            for value in checkable
            if (why := _unlike(value, computed[key_of(value)]))
        ]
    return Checked(problems, checked)


def _chosen(names: Iterable[Names]) -> list[Names]:
    return sorted(names, key=lambda name: hashlib.sha256(repr(name).encode()).digest())[:CHOSEN]


def _mean(tree: Tree, suite: str, group: Json, results: Mapping[str, Json]) -> Estimated:
    """Return a group's means over seeds and their resamples, as far as its score files go."""
    cells = [cell for cell in results if cell in group["results"]]
    if len(cells) != len(group["results"]):
        return {}  # a line of the first tier
    seeds = [_of_cell(tree, results[cell], group["values"]) for cell in cells]
    inputs = results[cells[0]]["inputs"]
    cell, datasets = inputs["cell"], inputs["datasets"]
    name = draw_names.of_group(cells[0], cell["encoder"], cell["train"], datasets)
    shares = bootstrap.seed_weights(f"{suite} {name}", len(cells))
    shares = np.concatenate([np.full((1, len(cells)), 1 / len(cells)), shares])
    return {
        key: np.sum([shares[:, i] * seed[key] for i, seed in enumerate(seeds)], axis=0)
        for key in seeds[0]
        if all(key in seed for seed in seeds)
    }


def _less(one: Estimated, two: Estimated) -> Estimated:
    return {key: one[key] - two[key] for key in one.keys() & two.keys()}


def _of_cell(tree: Tree, content: Json, stated: Iterable[Json]) -> Estimated:
    """Return the estimates of the values that a cell's score files and the evidence suffice for."""
    where = str(tree.result(content["suite"], content["cell"]))
    after, before = (arrays(tree, content, key, where) for key in ("after", "before"))
    together: dict[tuple[str, str, str, int, int], list[str]] = {}
    for value in stated:
        metric = value["metric"]
        key = value["protocol"], value["dataset"], plugin(metric).ITEMS, value["n"], value["units"]
        together.setdefault(key, []).append(metric)
    estimated: Estimated = {}
    for (protocol, dataset, items, n, units), metrics in together.items():
        series = series_of(dataset, items, after, before)
        sample = _sample(content, dataset, items, n, units)
        if sample:
            computable = tuple(metric for metric in metrics if _whole(series, metric, n))
            panel = Panel({items: series}, {items: {protocol: np.ones(n, bool)}}, {items: sample})
            estimated |= values.estimated(dataset, panel, computable, resampled=True)
    return estimated


def _sample(content: Json, dataset: str, items: str, n: int, units: int) -> Sample | None:
    """Return how ``n`` items are resampled, in ``units`` units; None where the evidence leaves it open."""
    if items == "random-pairs" and units > FEW:
        return None
    drawn_as = draw_names.of_dataset(content["inputs"]["datasets"], dataset)
    if items == "random-pairs":
        pairs = random_pairs(drawn_as, units)
        sample = random_sample(drawn_as, pairs, units)
        return sample if (len(pairs), sample.units) == (n, units) else None
    if dataset in (content["inputs"].get("combine") or {}) or n != units:
        return None
    if items != "pairs":
        return independent(f"{drawn_as} {items}", n)
    rows = content["inputs"]["datasets"][dataset].get("rows") or {}
    # Pairs that the harness drew among n rows are as many as their rows, and hang together.
    return None if rows.get("pairs") else independent(drawn_as, n)


def _whole(series: Mapping[str, Doubles], metric: str, n: int) -> bool:
    """Return whether all that a metric is computed from is there, of ``n`` items."""
    names = {key for request in needed(metric) for key in request}
    return all(key in series and len(series[key]) == n for key in names)


def _unlike(value: Json, estimate: Estimates) -> str:
    """Return which end of a stated interval, or p, is off, in words, or nothing."""
    _, *ends, _ = stats.summary(estimate)
    other = plugin(value["metric"]).ITEMS == "pairs"
    bound = (OTHER_DRAWS if other else SAME_DRAWS) * (ends[1] - ends[0]) + FLOOR
    for name, computed in zip(("low", "high"), ends, strict=True):
        if not abs(value[name] - computed) <= bound:
            return f"{name}: found {value[name]:g}, its score files come to {computed:.6g}"
    p = bootstrap.p_value(estimate[1:]) if "p" in value else 0.0
    if not abs(value.get("p", 0.0) - p) <= (OTHER_P if other else SAME_P):
        return f"p: found {value['p']:g}, its score files come to {p:.4g}"
    return ""
