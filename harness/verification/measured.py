"""The values of a result computed again from scores and labels: value, interval, n, undefined, audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evaluation import values
from harness.evaluation.metric import plugin
from harness.evaluation.panel import Panel
from harness.evaluation.values import Estimated, Key
from harness.evidence.layout import Tree
from harness.evidence.stability import key_of
from harness.evidence.stamp import digest
from harness.types import Json
from harness.verification.estimates import Part, estimated, parts_of
from harness.verification.labels import Labels
from harness.verification.numbers import Tally
from harness.verification.panels import arrays, panel
from harness.verification.summaries import summaries

Units = dict[str, np.ndarray[Any, Any]]
_Counted = dict[tuple[Any, ...], Units]  # units by what they follow from: cells have them in common


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
    counted: _Counted = {}
    return {cell: _remade(contents[cell], panels[cell], own, counted) for cell, own in computed.items()}


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


def _remade(content: Json, panels: Mapping[str, Panel], every: Estimated, counted: _Counted) -> Remade:
    own = {key: estimate for key, estimate in every.items() if np.isfinite(estimate[0])}
    n = {key: panels[key[1]].count(key[0], key[2]) for key in own}
    tests = tuple(panels)
    units = {key: _units(panels[key[1]], key, tests, counted) for key in own}
    combine = content["inputs"].get("combine") or {}
    sums = values.combined(own, combine)
    for protocol, name, metric in sums:
        keys = [(protocol, dataset, metric) for dataset in combine[name]]
        n[protocol, name, metric] = sum(n[key] for key in keys)
        parts = (name, protocol, plugin(metric).ITEMS, tests)
        if parts not in counted:
            counted[parts] = _joined([units[key] for key in keys])
        units[protocol, name, metric] = counted[parts]
    return Remade(panels, own | sums, n, units)


def _units(panel: Panel, key: Key, tests: tuple[str, ...], counted: _Counted) -> Units:
    """Return the units behind a value, by the name of their resamples."""
    protocol, dataset, metric = key
    parts = (dataset, protocol, plugin(metric).ITEMS, tests)
    if parts not in counted:
        counted[parts] = dict([panel.units(protocol, metric)])
    return counted[parts]


def _joined(every: Sequence[Units]) -> Units:
    joined: Units = {}
    for units in every:
        for group, members in units.items():
            joined[group] = np.union1d(joined[group], members) if group in joined else members
    return joined


def check_values(where: str, content: Json, own: Remade, tally: Tally, *, resampled: bool) -> int:
    """Hold the values that a result states to those remade; return how many have both."""
    stated = {key_of(value): value for value in content["values"]}
    for key in stated.keys() ^ own.estimated.keys():
        side = "found, its scores come to none" if key in stated else "not found, its scores come to one"
        tally.problems.append(f"{where}: {' '.join(key)}: {side}")
    both = sorted(stated.keys() & own.estimated.keys())
    ends = summaries([own.estimated[key] for key in both]) if resampled else [None] * len(both)
    for key, summary in zip(both, ends, strict=True):
        name = f"{where}: {' '.join(key)}"
        numbers, counts = {"value": float(own.estimated[key][0])}, {"n": own.n[key]}
        if summary is not None:
            numbers |= dict(zip(("value", "low", "high"), summary, strict=False))
            counts["undefined"] = summary[-1]
        tally.compare(name, stated[key], numbers)
        tally.problems += [
            f"{name}: {count}: found {stated[key].get(count, 0)}, expected {number}, as its labels have"
            for count, number in counts.items()
            if stated[key].get(count, 0) != number
        ]
    return len(both)
