"""Flat rows indexed by what the cells of a table select, so that no cell scans all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from harness.evidence.schema.cell import StepSpec
from report.evidence.means import group_of
from report.evidence.rows import Row
from report.evidence.values import Mean, over_seeds

PCA, AXES = "PCA", "principal axes, not centred"
PROTOCOLS = ("as-published", "decontaminated")
Steps: TypeAlias = dict[
    tuple[str, str], list[StepSpec]
]  # the steps of each cell's pipeline, by suite and cell
Means: TypeAlias = dict[str, Mean | None]  # by protocol, None where nothing was measured
Place: TypeAlias = tuple[str, str | None, str]  # pipeline, point and grid: what settings of a split differ in


@dataclass(frozen=True, slots=True)
class Setting:
    """A pipeline, point and grid setting of a training split, with its cells, which differ in seed alone."""

    pipeline: str
    point: str | None
    grid: str
    train: str
    asymmetric: bool
    ratio: float
    bytes: int
    group: str
    seeds_of: dict[str, int] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Return its pipeline, point and grid: unique in its training split."""
        return self.pipeline, self.point, self.grid

    @property
    def cells(self) -> list[str]:
        """Return its cells."""
        return list(self.seeds_of)

    @property
    def seeds(self) -> int:
        """Return how many seeds were measured."""
        return len(set(self.seeds_of.values()))


class Rows:
    """The flat rows of a report, indexed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._settings: dict[tuple[str, str], dict[str, dict[Place, Setting]]] = {}
        self._series: dict[tuple[str, str, str, str], list[Row]] = {}
        self._means: dict[tuple[str, str, str, str, str, str, Place], list[Row]] = {}
        for row in rows:
            place = row.pipeline, row.point, row.grid
            settings = self._settings.setdefault((row.suite, row.encoder), {}).setdefault(row.train, {})
            settings.setdefault(place, _setting(row)).seeds_of[row.cell] = row.seed
            series = row.suite, row.encoder, row.dataset, row.metric
            self._series.setdefault(series, []).append(row)
            self._means.setdefault((*series, row.protocol, row.train, place), []).append(row)

    def encoders(self, suite: str) -> list[str]:
        """Return the encoders that a suite has evidence for."""
        return [encoder for name, encoder in self._settings if name == suite]

    def suites(self, encoder: str) -> list[str]:
        """Return the suites that have evidence for an encoder."""
        return [suite for suite, name in self._settings if name == encoder]

    def trains(self, suite: str, encoder: str) -> list[str]:
        """Return the training splits that an encoder has evidence for in a suite."""
        return list(self._settings.get((suite, encoder), ()))

    def datasets(self, suite: str, encoder: str, metric: str) -> list[str]:
        """Return the data sets on which a metric was measured in a suite, for an encoder."""
        return [key[2] for key in self._series if (key[0], key[1], key[3]) == (suite, encoder, metric)]

    def series(self, suite: str, encoder: str, dataset: str, metric: str) -> list[Row]:
        """Return the rows of a metric on a data set."""
        return self._series.get((suite, encoder, dataset, metric), [])

    def settings(self, suite: str, encoder: str, train: str) -> list[Setting]:
        """Return each measured pipeline, point and grid setting, with its cells."""
        return list(self._settings.get((suite, encoder), {}).get(train, {}).values())

    def means(self, suite: str, encoder: str, dataset: str, metric: str, train: str, place: Place) -> Means:
        """Return a setting's mean over seeds under each protocol, None where nothing was measured."""
        keys = {name: (suite, encoder, dataset, metric, name, train, place) for name in PROTOCOLS}
        return {
            name: over_seeds(self._means[key]) if key in self._means else None for name, key in keys.items()
        }


def _setting(row: Row) -> Setting:
    group = group_of(row.cell, row.seed)
    facts = (row.train, row.asymmetric, row.ratio, row.bytes_per_vector)
    return Setting(row.pipeline, row.point, row.grid, *facts, group)


def sort_value(means: Means) -> float:
    """Return the decontaminated value, or else the one as published; least of all without either."""
    mean = means["decontaminated"] or means["as-published"]
    return mean.value if mean else float("-inf")


Line = TypeVar("Line")


def best(
    lines: Iterable[Line],
    limit: int,
    setting: Callable[[Line], Setting],
    means: Callable[[Line], Means],
) -> Line | None:
    """Return the line of at most ``limit`` bytes with the greatest of ``means``; None without one.

    The best of many is selected on the very sets that it is quoted for: it does not estimate the winner's
    value on other data.
    """
    fitting = [
        line for line in lines if setting(line).bytes <= limit and sort_value(means(line)) > float("-inf")
    ]
    return max(fitting, key=lambda line: sort_value(means(line)), default=None)
