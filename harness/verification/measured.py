"""The values of a result computed again from scores and labels: value, interval, n, undefined, audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evaluation import values
from harness.evaluation.panel import Panel
from harness.evaluation.values import Estimated, Key
from harness.evidence.layout import Tree
from harness.evidence.stability import key_of
from harness.evidence.stamp import digest
from harness.statistics import estimates as stats
from harness.types import Json
from harness.verification.estimates import Part, estimated, parts_of
from harness.verification.labels import Labels
from harness.verification.numbers import Tally
from harness.verification.panels import arrays, panel

Units = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Remade:
    """A cell's panels and estimates, those of combined sets as well, and the items and units behind each."""

    panels: Mapping[str, Panel]
    estimated: Estimated
    n: dict[Key, int]
    units: dict[Key, Units]


def remade(
    tree: Tree, contents: Mapping[str, Json], labels: Labels, tally: Tally, *, resampled: bool
) -> dict[str, Remade]:
    """Return what the cells of one encoder and training split come to, by cell; those that cannot are lines.

    ``contents`` are their results. Raises nothing: what is wrong with a cell is a line of ``tally``.
    """
    panels: dict[str, dict[str, Panel]] = {}
    for cell, content in contents.items():
        where = str(tree.result(content["suite"], cell))
        try:
            panels[cell] = _panels(tree, content, labels, where)
        except InputError as error:
            tally.problems.append(f"{where}: {error}".replace(f"{where}: {where}", where))
    computed: dict[str, Estimated] = {cell: {} for cell in panels}
    for alike in _alike(contents, panels).values():
        for dataset in panels[alike[0]]:
            _of_set(dataset, alike, contents, panels, computed, resampled=resampled)
    return {cell: _remade(contents[cell], panels[cell], own) for cell, own in computed.items()}


def _panels(tree: Tree, content: Json, labels: Labels, where: str) -> dict[str, Panel]:
    """Return the panel of each set of a cell; raise InputError where labels or scores are not its own."""
    for name, identity in content["inputs"]["datasets"].items():
        if labels.index.datasets.get(name) != digest(identity):
            raise InputError(f"{labels.where}: datasets.{name}: made of other data than {where} names")
    after, before = (arrays(tree, content, key, where) for key in ("after", "before"))
    own = {name: panel(name, content, labels, after, before) for name in content["inputs"]["cell"]["tests"]}
    for name, metrics in content["inputs"]["cell"]["metrics"].items():
        parts_of(own[name], metrics)  # scores that are missing are this cell's problem alone
    return own


def _alike(contents: Mapping[str, Json], panels: Mapping[str, Any]) -> dict[tuple[Any, ...], list[str]]:
    """Return cells by the sets and numbers of items that they have in common."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for cell, own in panels.items():
        shape = tuple(
            (name, tuple((items, len(sample.members)) for items, sample in each.samples.items()))
            for name, each in own.items()
        )
        protocols = tuple(contents[cell]["inputs"]["protocols"])
        groups.setdefault((shape, protocols), []).append(cell)
    return groups


def _of_set(
    dataset: str,
    cells: Sequence[str],
    contents: Mapping[str, Json],
    panels: Mapping[str, Mapping[str, Panel]],
    computed: Mapping[str, Estimated],
    *,
    resampled: bool,
) -> None:
    """Add each cell's estimates of one set to what is ``computed``."""
    by_kind: dict[str, list[tuple[str, Part]]] = {}
    for cell in cells:
        metrics = contents[cell]["inputs"]["cell"]["metrics"].get(dataset, [])
        for part in parts_of(panels[cell][dataset], metrics):
            by_kind.setdefault(part.items, []).append((cell, part))
    for parts in by_kind.values():
        of_cells = estimated(dataset, [part for _, part in parts], resampled=resampled)
        for (cell, _), own in zip(parts, of_cells, strict=True):
            computed[cell].update(own)


def _remade(content: Json, panels: Mapping[str, Panel], every: Estimated) -> Remade:
    own = {key: estimate for key, estimate in every.items() if np.isfinite(estimate[0])}
    n = {key: panels[key[1]].count(key[0], key[2]) for key in own}
    units: dict[Key, Units] = {key: dict([panels[key[1]].units(key[0], key[2])]) for key in own}
    combine = content["inputs"].get("combine") or {}
    sums = values.combined(own, combine)
    for protocol, name, metric in sums:
        keys = [(protocol, dataset, metric) for dataset in combine[name]]
        n[protocol, name, metric] = sum(n[key] for key in keys)
        joined: Units = {}
        for key in keys:
            for group, members in units[key].items():
                joined[group] = np.union1d(joined[group], members) if group in joined else members
        units[protocol, name, metric] = joined
    return Remade(panels, own | sums, n, units)


def check_values(where: str, content: Json, own: Remade, tally: Tally, *, resampled: bool) -> int:
    """Hold the values that a result states to those remade; return how many have both."""
    stated = {key_of(value): value for value in content["values"]}
    for key in stated.keys() ^ own.estimated.keys():
        side = "found, its scores come to none" if key in stated else "not found, its scores come to one"
        tally.problems.append(f"{where}: {' '.join(key)}: {side}")
    both = stated.keys() & own.estimated.keys()
    for key in both:
        value, low, high, undefined = stats.summary(own.estimated[key]) if resampled else (0.0,) * 4
        numbers = {"value": float(own.estimated[key][0])}
        if resampled:
            numbers = {"value": value, "low": low, "high": high}
        name = f"{where}: {' '.join(key)}"
        tally.compare(name, stated[key], numbers)
        counts = {"n": own.n[key], **({"undefined": undefined} if resampled else {})}
        tally.problems += [
            f"{name}: {count}: found {stated[key].get(count, 0)}, expected {number:g}, as its labels have"
            for count, number in counts.items()
            if stated[key].get(count, 0) != number
        ]
    return len(both)
