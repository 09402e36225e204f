"""A suite's results in forms that other tools read, and the cheapest configuration that meets a bound."""

from __future__ import annotations

import functools
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from harness.certificate import digest, dumps, read_json
from harness.core import InputError
from harness.files import check_digest, inside, write_atomic
from harness.tree import Tree
from report.evidence import COLUMNS, over_seeds, results, rows_csv, rows_of, searched_bytes

SCOPES = {"vs-teacher@": "vs_teacher", "vs-student@": "vs_student"}
_SETTING = ("encoder", "train", "compressor", "point", "grid", "asymmetric")


def export(tree: Tree, suite: str, folder: Path) -> list[Path]:
    """Write a suite's results into ``folder``, each file atomically, and return the paths.

    ``<suite>.jsonl`` has a cell a line (``record``), ``<suite>.json`` the same as one document;
    ``summary.csv`` and ``summary.parquet`` have a row a value, as ``harness results --csv``, and its scope.
    Raises InputError where the tree has no result of the suite.
    """
    found = of_suite(tree, suite)
    records = [record(result, tree.root) for result in found]
    summary = [{**row, "scope": scope(row["metric"])} for result in found for row in rows_of(result)]
    lines = [json.dumps(each, sort_keys=True, ensure_ascii=False, allow_nan=False) for each in records]
    columns = (*COLUMNS, "scope")
    files = {
        suite + ".jsonl": ("\n".join(lines) + "\n").encode(),
        suite + ".json": dumps({"suite": suite, "cells": records}),
        "summary.csv": (rows_csv(summary, columns) + "\n").encode(),
        "summary.parquet": _parquet(summary),
    }
    for name, data in files.items():
        write_atomic(folder / name, data)
    return [folder / name for name in files]


def write_best(
    tree: Tree, suite: str, folder: Path, metric: str, at_least: float, *, strict: bool
) -> list[str]:
    """Write ``best.json`` and return the encoders of which no configuration meets the bound."""
    found = best(of_suite(tree, suite), metric, at_least, strict=strict)
    write_atomic(folder / "best.json", dumps(found))
    return [encoder for encoder, offered in found["best"].items() if offered is None]


def of_suite(tree: Tree, suite: str) -> list[dict[str, Any]]:
    """Return the results of a suite; raise InputError, with the suites that there are, for none."""
    every = results(tree)
    found = [result for result in every if result["suite"] == suite]
    if not found:
        listed = ", ".join(sorted({result["suite"] for result in every}))
        raise InputError(f"{tree.root}: found no results of {suite!r}, expected one of {listed}")
    return found


def record(result: dict[str, Any], root: Path) -> dict[str, Any]:
    """Return a cell's ``metrics``, by data set, protocol and name, and as ``meta`` all that made them.

    ``split`` has, for the training set and each test set, what identifies it, the sha256 of that, and where
    it is a part of a file the numbers of its ``rows``; ``k`` are the cutoffs in the metrics' names, ``bytes``
    the measured sizes. ``timings`` stand beside them where the envelope has some. Raises InputError where the
    evidence below ``root`` is not the result's own.
    """
    inputs, cell = result["inputs"], result["inputs"]["cell"]
    taken = _rows(root, **result["files"]["before"])
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    for value in result["values"]:
        by_protocol = metrics.setdefault(value["dataset"], {})
        by_protocol.setdefault(value["protocol"], {})[value["metric"]] = value["value"]
    names = {value["metric"] for value in result["values"]}
    meta = {
        **{key: said for key, said in cell.items() if key not in {"chain", "metrics"}},
        "suite": result["suite"],
        "cell": result["cell"],
        "compressor": cell["chain"],
        "dims": _dims(result),
        "k": sorted({int(cutoff[1]) for name in names if (cutoff := re.search("@([0-9]+)$", name))}),
        "split": {
            name: {"sha256": digest(identity), "identity": identity, **taken.get(name, {})}
            for name, identity in inputs["datasets"].items()
        },
        "bytes": result["sizes"],
        "training_rows": result["training_rows"],
        "sha256": result["sha256"],
    }
    path = Tree(root).envelope(result["suite"], result["cell"])
    timings = read_json(path).get("timings") if path.is_file() else None
    return {"metrics": metrics, "meta": meta, **({"timings": timings} if timings else {})}


@functools.lru_cache(maxsize=8)
def _rows(root: Path, path: str, sha256: str) -> dict[str, dict[str, list[int]]]:
    """Return, by set, the numbers of the rows that a run noted beside an encoder's similarities."""
    check_digest(inside(root, path, "files"), sha256)
    with np.load(root / path, allow_pickle=False) as arrays:
        noted = [key for key in arrays.files if key.startswith("rows@")]
        return {key.removeprefix("rows@"): {"rows": arrays[key].tolist()} for key in noted}


def scope(metric: str) -> str:
    """Return which exact search a metric's ranking is held against: vs_teacher, vs_student, or neither."""
    return next((name for prefix, name in SCOPES.items() if metric.startswith(prefix)), "")


def best(found: list[dict[str, Any]], metric: str, at_least: float, *, strict: bool) -> dict[str, Any]:
    """Return each encoder's cheapest configuration that meets the bound on all its test sets, or None.

    Results that differ in their seed alone are one configuration. It meets the bound where the mean of its
    seeds does, or with ``strict`` the lower end of the widest interval, for each test set and protocol.
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
    searched = [searched_bytes(result) + originals for result in same if result["sizes"].get("index")]
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


def _dims(result: dict[str, Any]) -> int:
    """Return of how many numbers a code is made, or of how many symbols."""
    if codes := result.get("codes"):
        return len(next(iter(codes.values()))["levels"])
    dims = int(result["inputs"]["encoder"]["dimension"])
    for step in result["inputs"]["cell"]["steps"]:
        params = step.get("params", {})
        dims = params["stop"] - params["start"] if step["use"] == "columns" else params.get("dims", dims)
    return dims


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"asymmetric": pa.bool_(), "seed": pa.int64(), "bytes_per_vector": pa.int64(), "n": pa.int64()}
    numbers = dict.fromkeys(("ratio", "value", "low", "high"), pa.float64())
    schema = pa.schema([(key, (kinds | numbers).get(key, pa.string())) for key in (*COLUMNS, "scope")])
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows, schema), buffer)
    return buffer.getvalue()
