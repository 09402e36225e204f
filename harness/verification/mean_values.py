"""Means over seeds and comparisons of methods computed again, from the estimates of the cells behind them.

A resample draws the seeds of a group with replacement and the items once, as in ``evaluation.seed_means``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.evaluation.tails import tails
from harness.evaluation.values import Estimated, Key
from harness.evidence import draw_names
from harness.evidence.stability import key_of
from harness.numerics.rounding import rounded
from harness.statistics import bootstrap
from harness.types import Doubles, Json
from harness.verification.measured import Remade
from harness.verification.numbers import Tally
from harness.verification.summaries import summaries


@dataclass(frozen=True, slots=True)
class Setting:
    """The cells of one suite, encoder, training split and size in bytes, in the plan's order."""

    suite: str
    contents: Mapping[str, Json]
    baselines: Sequence[str]

    def groups(self) -> dict[str, list[str]]:
        """Return the cells that differ in their seed alone, by the name of their group."""
        groups: dict[str, list[str]] = {}
        for cell in self.contents:
            groups.setdefault(cell.rpartition(".s")[0], []).append(cell)
        return groups

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the groups that are compared: every other group with each baseline, once."""
        pipelines = {
            name: self.contents[cells[0]]["inputs"]["cell"]["pipeline"]
            for name, cells in self.groups().items()
        }
        named = [name for pipeline in self.baselines for name in pipelines if pipelines[name] == pipeline]
        for i, other in enumerate(named):
            yield from ((name, other) for name in pipelines if name != other and name not in named[:i])


def check_batch(where: str, setting: Setting, batch: Json, remade: Mapping[str, Remade], tally: Tally) -> int:
    """Hold a batch of means to what its cells come to; return how many intervals were drawn again.

    Cells that could not be remade are lines already: their groups are left out.
    """
    groups = {
        name: cells for name, cells in setting.groups().items() if all(cell in remade for cell in cells)
    }
    means = {name: _mean(setting, cells, remade) for name, cells in groups.items()}
    stated = {group["group"]: group for group in batch["groups"]}
    compared = {(pair["group"], pair["against"]): pair for pair in batch["comparisons"]}
    checked = 0
    _same_names(where, stated, setting.groups(), tally)
    for name in groups.keys() & stated.keys():
        at = f"{where}: {name}"
        expected = _stated(setting, groups[name], means[name], remade)
        checked += _check(at, stated[name]["values"], expected, tally)
        checked += _check(
            f"{at}: tails", stated[name].get("tails", []), _tails(setting, groups[name], remade), tally
        )
    differences = {
        pair: _compared(*pair, groups, means, remade) for pair in setting.pairs() if {*pair} <= means.keys()
    }
    differences = {pair: values for pair, values in differences.items() if values}
    _same_names(where, compared, differences if len(groups) == len(setting.groups()) else compared, tally)
    for pair in differences.keys() & compared.keys():
        checked += _check(
            f"{where}: {' against '.join(pair)}", compared[pair]["values"], differences[pair], tally
        )
    return checked


def _same_names(where: str, stated: Mapping[Any, Any], expected: Mapping[Any, Any], tally: Tally) -> None:
    for name in stated.keys() ^ expected.keys():
        title = name if isinstance(name, str) else " against ".join(name)
        side = "found it, expected no such" if name in stated else "not found, expected a"
        tally.problems.append(f"{where}: {title}: {side} group or comparison")


def _check(
    where: str, values: Sequence[Json], expected: Mapping[Key, Mapping[str, float]], tally: Tally
) -> int:
    stated = {key_of(value): value for value in values}
    _same_names(where, {" ".join(key): 0 for key in stated}, {" ".join(key): 0 for key in expected}, tally)
    both = stated.keys() & expected.keys()
    for key in both:
        tally.compare(f"{where}: {' '.join(key)}", stated[key], expected[key])
    return len(both)


def _shares(setting: Setting, cells: Sequence[str]) -> Doubles:
    """Return the share of each seed in the mean of each resample, the point first, (1 + RESAMPLES, seeds)."""
    inputs = setting.contents[cells[0]]["inputs"]
    cell = inputs["cell"]
    name = draw_names.of_group(cells[0], cell["encoder"], cell["train"], inputs["datasets"])
    shares = bootstrap.seed_weights(f"{setting.suite} {name}", len(cells))
    return np.concatenate([np.full((1, len(cells)), 1 / len(cells)), shares])


def _tails(
    setting: Setting, cells: Sequence[str], remade: Mapping[str, Remade]
) -> dict[Key, dict[str, float]]:
    """Return the numbers of each tail of a group of cells."""
    metrics = setting.contents[cells[0]]["inputs"]["cell"]["metrics"]
    again = tails([remade[each].panels for each in cells], list(metrics.items()), _shares(setting, cells))
    names = ("protocol", "dataset", "metric")
    return {key_of(tail): {key: tail[key] for key in tail if key not in names} for tail in again}


def _mean(setting: Setting, cells: Sequence[str], remade: Mapping[str, Remade]) -> Estimated:
    shares = _shares(setting, cells)
    seeds = [remade[each].estimated for each in cells]
    return {
        key: np.sum([shares[:, i] * seed[key] for i, seed in enumerate(seeds)], axis=0)
        for key in seeds[0]
        if all(key in seed for seed in seeds)
    }


def _stated(
    setting: Setting, cells: Sequence[str], mean: Estimated, remade: Mapping[str, Remade]
) -> dict[Key, dict[str, float]]:
    """Return the mean of each value that all seeds have; its point is the mean of their rounded values."""
    by_key: dict[Key, list[float]] = {}
    for cell in cells:
        for value in setting.contents[cell]["values"]:
            by_key.setdefault(key_of(value), []).append(value["value"])
    points = {
        key: rounded(sum(values) / len(values))
        for key, values in by_key.items()
        if len(values) == len(cells) and key in mean
    }
    stated = _intervals({key: mean[key] for key in points}, points)
    one = remade[cells[0]]
    for key, numbers in stated.items():
        numbers |= {"n": one.n[key], "units": sum(len(members) for members in one.units[key].values())}
    return stated


def _compared(
    name: str,
    other: str,
    groups: Mapping[str, Sequence[str]],
    means: Mapping[str, Estimated],
    remade: Mapping[str, Remade],
) -> dict[Key, dict[str, float]]:
    """Return the differences of two groups' means, where both were measured on the same resamples."""
    one, two = (remade[groups[each][0]].units for each in (name, other))
    both = means[name].keys() & means[other].keys()
    less = {key: means[name][key] - means[other][key] for key in both if one[key].keys() == two[key].keys()}
    compared = _intervals(less, {key: rounded(float(each[0])) for key, each in less.items()})
    for key, numbers in compared.items():
        numbers["p"] = bootstrap.p_value(less[key][1:])
    return compared


def _intervals(estimated: Estimated, points: Mapping[Key, float]) -> dict[Key, dict[str, float]]:
    """Return the value and interval of each estimate."""
    # A mean of rounded values may pass an end by its last digit: the end is moved to it.
    return {
        key: {
            "value": points[key],
            "low": min(rounded(low), points[key]),
            "high": max(rounded(high), points[key]),
            "undefined": undefined,
        }
        for key, (_, low, high, undefined) in zip(estimated, summaries(list(estimated.values())), strict=True)
    }
