"""Flat rows, found by what the cells of a table ask for: no cell of a table scans all of them."""

from __future__ import annotations

from typing import Any

from report.evidence.means import group_of
from report.evidence.results import over_seeds

PCA, AXES = "PCA", "principal axes, not centred"
Row = dict[str, Any]
Steps = dict[tuple[str, str], list[Row]]  # the steps of each cell's chain, by suite and cell
PROTOCOLS = ("as-published", "decontaminated")
# What tells the measurements of one space and training split apart, but for their seeds.
SETTING = ("compressor", "point", "grid")
SERIES = ("suite", "encoder", "dataset", "metric")
MEAN = (*SERIES, "protocol", "train", *SETTING)  # what rows of one mean over seeds have in common


class Rows:
    """The flat rows of a report, by what they are of."""

    def __init__(self, rows: list[Row]) -> None:
        self._trains: dict[tuple[str, str], dict[str, None]] = {}
        self._settings: dict[tuple[str, str, str], dict[tuple[Any, ...], Row]] = {}
        self._series: dict[tuple[Any, ...], list[Row]] = {}
        self._means: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            space, train, key = (row["suite"], row["encoder"]), row["train"], setting(row)
            self._trains.setdefault(space, {})[train] = None
            key |= {name: row[name] for name in ("train", "asymmetric", "ratio")}
            key |= {"bytes": row["bytes_per_vector"], "cells": {}}
            key |= {"group": group_of(row["cell"], row["seed"])}
            place = tuple(row[name] for name in SETTING)
            line = self._settings.setdefault((*space, train), {}).setdefault(place, key)
            line["cells"][row["cell"]] = row["seed"]
            self._series.setdefault(tuple(row[name] for name in SERIES), []).append(row)
            self._means.setdefault(tuple(row[name] for name in MEAN), []).append(row)

    def encoders(self, suite: str) -> list[str]:
        """Return the encoders that a suite has evidence for."""
        return [encoder for name, encoder in self._trains if name == suite]

    def trains(self, suite: str, encoder: str) -> list[str]:
        """Return the training splits that an encoder has evidence for in a suite."""
        return list(self._trains.get((suite, encoder), ()))

    def datasets(self, suite: str, encoder: str, metric: str) -> list[str]:
        """Return the data sets on which a metric was measured in a suite, for an encoder."""
        return [key[2] for key in self._series if (key[0], key[1], key[3]) == (suite, encoder, metric)]

    def select(self, suite: str, encoder: str, dataset: str, metric: str, **wanted: Any) -> list[Row]:
        """Return the rows of a metric on a data set whose other columns are as wanted."""
        found = self._series.get((suite, encoder, dataset, metric), [])
        return [row for row in found if wanted.items() <= row.items()]

    def settings(self, suite: str, encoder: str, train: str) -> list[Row]:
        """Return what was measured: a line a compressor, point and grid setting, with its cells."""
        found = self._settings.get((suite, encoder, train), {}).values()
        return [
            {**line, "cells": list(line["cells"]), "seeds": len(set(line["cells"].values()))}
            for line in found
        ]

    def means(self, suite: str, encoder: str, dataset: str, metric: str, line: Row) -> Row:
        """Return a line's mean over seeds under each protocol, None where nothing was measured."""
        found: Row = dict.fromkeys(PROTOCOLS)
        for protocol in PROTOCOLS:
            key = (suite, encoder, dataset, metric, protocol, line["train"], *setting(line).values())
            if key in self._means:
                found[protocol] = over_seeds(self._means[key])
        return found


def setting(line: Row) -> Row:
    """Return the columns that find a line's rows again."""
    return {key: line[key] for key in SETTING}


def worth(means: Row) -> float:
    """Return the value that lines are ordered by: the decontaminated one, where there is none the other."""
    found = means["decontaminated"] or means["as-published"]
    return float(found["value"]) if found else float("-inf")


def best(lines: list[Row], limit: int, column: str) -> Row | None:
    """Return the line of at most ``limit`` bytes that is worth most in a column of means; None without one.

    The best of many is read off the very sets it is quoted for: it describes a table, and is no estimate of
    what the winner does on other data.
    """
    fitting = [line for line in lines if line["bytes"] <= limit and worth(line[column]) > float("-inf")]
    return max(fitting, key=lambda line: worth(line[column])) if fitting else None
