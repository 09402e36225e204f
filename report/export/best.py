"""The cheapest configuration of a suite that meets a bound, for each embedding space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from report.evidence.results import Measured, records
from report.evidence.rows import Row, rows_of
from report.evidence.values import Mean, over_seeds
from report.export.rows import of_suite

_SETTING = ("encoder", "train", "pipeline", "point", "grid", "asymmetric")


@dataclass(frozen=True, slots=True)
class Offer:
    """A configuration that meets the bound, with its mean on each test set and protocol.

    ``bytes_a_row``: bytes of index and map, and of the originals for a metric of rescoring; None where codes
    are searched alone.
    """

    setting: dict[str, Any]
    bytes_per_vector: int
    state_bytes: int
    bytes_a_row: float | None
    values: Sequence[tuple[Row, Mean]]
    cells: Sequence[Measured]

    @property
    def cost(self) -> tuple[float, int, float]:
        """Return the sort key of offers: bytes, then bytes of the state, then the metric, greatest first."""
        whole = self.bytes_per_vector if self.bytes_a_row is None else self.bytes_a_row
        return whole, self.state_bytes, -min(round(mean.value, 9) for _, mean in self.values)

    def as_json(self) -> dict[str, Any]:
        """Return the offer as ``best.json`` has it."""
        return {
            **self.setting,
            "bytes_per_vector": self.bytes_per_vector,
            "state_bytes": self.state_bytes,
            **({} if self.bytes_a_row is None else {"bytes_a_row": self.bytes_a_row}),
            "values": [
                {
                    "dataset": row.dataset,
                    "protocol": row.protocol,
                    "value": round(mean.value, 9),
                    "low": mean.low,
                    "high": mean.high,
                    "seeds": mean.seeds,
                    "n": mean.n,
                }
                for row, mean in self.values
            ],
            "cells": [{"cell": measured.name, "sha256": measured.sha256} for measured in self.cells],
        }


def write_best(
    tree: Tree, suite: str, folder: Path, metric: str, at_least: float, *, strict: bool
) -> list[str]:
    """Write ``best.json`` and return the encoders of which no configuration meets the bound."""
    offers = best(of_suite(tree, suite), metric, at_least, strict=strict)
    _check_direction(tree, suite, metric)
    held = "lower end of the interval" if strict else "mean over seeds"
    chosen = {encoder: offer and offer.as_json() for encoder, offer in offers.items()}
    content = {"metric": metric, "at_least": at_least, "held": held, "best": chosen}
    write_atomic(folder / "best.json", dumps(content))
    return [encoder for encoder, offer in offers.items() if offer is None]


def best(cells: list[Measured], metric: str, at_least: float, *, strict: bool) -> dict[str, Offer | None]:
    """Return each encoder's cheapest configuration that meets the bound on all its test sets, or None.

    Results that differ in their seed alone are one configuration. It meets the bound where the mean of its
    seeds does, or with ``strict`` the lower end of its interval, for each test set and protocol.
    Cheapest is by bytes a vector, or where an index searches by those of index and map a row, and of the
    originals for a metric of rescoring; of as many bytes by those of the state, then by most of the metric.
    Raises InputError where nothing has the metric.
    """
    settings: dict[tuple[Any, ...], list[Measured]] = {}
    for measured in cells:
        settings.setdefault(tuple(_setting(measured).values()), []).append(measured)
    chosen: dict[str, Offer | None] = {}
    for seeds in settings.values():
        values = _values(seeds, metric)
        if not values:
            continue
        encoder = seeds[0].cell.encoder
        cheapest = chosen.setdefault(encoder, None)
        if min(mean.low if strict else mean.value for _, mean in values) >= at_least:
            offer = _offer(seeds, values)
            if cheapest is None or offer.cost < cheapest.cost:
                chosen[encoder] = offer
    if not chosen:
        names = sorted({value.metric for measured in cells for value in measured.values})
        raise InputError(f"--metric: found {metric!r}, expected one of {', '.join(names)}")
    return chosen


def _check_direction(tree: Tree, suite: str, metric: str) -> None:
    """Raise InputError for a metric of which less is better: a bound from below chooses the worst."""
    record = records(tree).get(suite)
    read = record.metrics.get(metric) if record else None
    if read and not read.higher_is_better:
        raise InputError(f"--metric: found {metric!r}, less of which is better, expected one to have more of")


def _setting(measured: Measured) -> dict[str, Any]:
    row = rows_of(measured)[0]
    return {name: getattr(row, name) for name in _SETTING}


def _values(seeds: list[Measured], metric: str) -> list[tuple[Row, Mean]]:
    """Return one configuration's means of a metric over seeds, each with a row of its test set."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for measured in seeds:
        for row in rows_of(measured):
            if row.metric == metric and row.dataset in measured.cell.tests:
                rows.setdefault((row.dataset, row.protocol), []).append(row)
    return [(group[0], over_seeds(group)) for group in rows.values()]


def _offer(seeds: list[Measured], values: list[tuple[Row, Mean]]) -> Offer:
    originals = seeds[0].sizes.original_bytes if "rescored" in values[0][0].metric else 0
    searched = [
        (measured.searched_bytes if measured.sizes.index else measured.sizes.bytes_per_vector) + originals
        for measured in seeds
        if originals or measured.sizes.index
    ]
    return Offer(
        setting=_setting(seeds[0]),
        bytes_per_vector=max(measured.sizes.bytes_per_vector for measured in seeds),
        state_bytes=max(measured.sizes.state_bytes for measured in seeds),
        bytes_a_row=max(searched, default=None),
        values=values,
        cells=seeds,
    )
