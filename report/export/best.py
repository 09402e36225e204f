"""The cheapest configuration of a suite that meets a bound, for each embedding space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from report.evidence.results import over_seeds, rows_of, searched_bytes
from report.export.rows import of_suite

_SETTING = ("encoder", "train", "compressor", "point", "grid", "asymmetric")


def write_best(
    tree: Tree, suite: str, folder: Path, metric: str, at_least: float, *, strict: bool
) -> list[str]:
    """Write ``best.json`` and return the encoders of which no configuration meets the bound."""
    found = best(of_suite(tree, suite), metric, at_least, strict=strict)
    write_atomic(folder / "best.json", dumps(found))
    return [encoder for encoder, offered in found["best"].items() if offered is None]


def best(found: list[dict[str, Any]], metric: str, at_least: float, *, strict: bool) -> dict[str, Any]:
    """Return each encoder's cheapest configuration that meets the bound on all its test sets, or None.

    Results that differ in their seed alone are one configuration. It meets the bound where the mean of its
    seeds does, or with ``strict`` the lower end of its interval, for each test set and protocol.
    Cheapest is by bytes a vector, or where an index searches by those of index and map a row, and of the
    originals for a metric of rescoring; of as many bytes by those of the state, then by most of the metric.
    Raises InputError where nothing has the metric.
    """
    settings: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for result in found:
        settings.setdefault(tuple(rows_of(result)[0][key] for key in _SETTING), []).append(result)
    chosen: dict[str, dict[str, Any] | None] = {}
    for same in settings.values():
        measured = _measured(same, metric)
        if not measured:
            continue
        encoder = str(measured[0]["encoder"])
        known = chosen.setdefault(encoder, None)
        if min(row["low" if strict else "value"] for row in measured) >= at_least:
            offered = _offer(same, measured)
            if known is None or _cost(offered) < _cost(known):
                chosen[encoder] = offered
    if not chosen:
        names = sorted({value["metric"] for result in found for value in result["values"]})
        raise InputError(f"--metric: found {metric!r}, expected one of {', '.join(names)}")
    held = "lower end of the interval" if strict else "mean over seeds"
    return {"metric": metric, "at_least": at_least, "held": held, "best": chosen}


def _measured(same: list[dict[str, Any]], metric: str) -> list[dict[str, Any]]:
    """Return one configuration's rows of a metric on its own test sets, over seeds."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for result in same:
        for row in rows_of(result):
            if row["metric"] == metric and row["dataset"] in result["inputs"]["cell"]["tests"]:
                rows.setdefault((row["dataset"], row["protocol"]), []).append(row)
    return [over_seeds(group) for group in rows.values()]


def _offer(same: list[dict[str, Any]], measured: list[dict[str, Any]]) -> dict[str, Any]:
    columns = ("dataset", "protocol", "value", "low", "high", "seeds", "n")
    originals = same[0]["sizes"]["original_bytes"] if "rescored" in measured[0]["metric"] else 0
    searched = [
        (searched_bytes(result) if result["sizes"].get("index") else result["sizes"]["bytes_per_vector"])
        + originals
        for result in same
        if originals or result["sizes"].get("index")
    ]
    return {
        **{key: measured[0][key] for key in _SETTING},
        "bytes_per_vector": max(result["sizes"]["bytes_per_vector"] for result in same),
        "state_bytes": max(result["sizes"]["state_bytes"] for result in same),
        **({"bytes_a_row": max(searched)} if searched else {}),
        "values": [
            {key: row[key] for key in columns} | {"value": round(row["value"], 9)} for row in measured
        ],
        "cells": [{"cell": result["cell"], "sha256": result["sha256"]} for result in same],
    }


def _cost(offered: dict[str, Any]) -> tuple[float, int, float]:
    whole = offered.get("bytes_a_row", offered["bytes_per_vector"])
    return whole, offered["state_bytes"], -min(value["value"] for value in offered["values"])
