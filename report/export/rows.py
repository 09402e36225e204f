"""A suite's results in forms that other tools read."""

from __future__ import annotations

import functools
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evidence.files import check_digest, inside, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import digest, dumps
from harness.types import Json
from report.evidence.envelopes import envelope_of
from report.evidence.results import Measured, results
from report.evidence.rows import COLUMNS, rows_csv, rows_of

SCOPES = {"vs-teacher@": "vs_teacher", "vs-student@": "vs_student"}


def export(tree: Tree, suite: str, folder: Path) -> list[Path]:
    """Write a suite's results into ``folder``, each file atomically, and return the paths.

    ``<suite>.jsonl`` has a cell a line (``record``), ``<suite>.json`` the same as one document;
    ``summary.csv`` and ``summary.parquet`` have a row a value, as ``harness results --csv``, and its scope.
    Raises InputError where the tree has no result of the suite.
    """
    cells = of_suite(tree, suite)
    records = [record(measured, tree.root) for measured in cells]
    summary = [
        {**row.as_json(), "scope": scope(row.metric)} for measured in cells for row in rows_of(measured)
    ]
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


def of_suite(tree: Tree, suite: str) -> list[Measured]:
    """Return the results of a suite; raise InputError, with the suites that there are, for none."""
    every = results(tree)
    cells = [measured for measured in every if measured.suite == suite]
    if not cells:
        listed = ", ".join(sorted({measured.suite for measured in every}))
        raise InputError(f"{tree.root}: found no results of {suite!r}, expected one of {listed}")
    return cells


def record(measured: Measured, root: Path) -> dict[str, Any]:
    """Return a cell's ``metrics``, by data set, protocol and name, and as ``meta`` all that made them.

    ``split`` has, for the training set and each test set, what identifies it, the sha256 of that, and where
    it is a part of a file the numbers of its ``rows``; ``k`` are the cutoffs in the metrics' names, ``bytes``
    the measured sizes. ``timings`` stand beside them where the envelope has some. Raises InputError where the
    evidence below ``root`` is not the result's own.
    """
    result, before = measured.result, measured.result.files.before
    taken = _rows(root, before.path, before.sha256)
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    for value in result.values:
        by_protocol = metrics.setdefault(value.dataset, {})
        by_protocol.setdefault(value.protocol, {})[value.metric] = value.value
    names = {value.metric for value in result.values}
    meta = {
        **measured.cell.model_dump(exclude={"pipeline", "metrics"}, exclude_unset=True),
        "suite": measured.suite,
        "cell": measured.name,
        "pipeline": measured.cell.pipeline,
        "dims": _dims(measured),
        "k": sorted({int(cutoff[1]) for name in names if (cutoff := re.search("@([0-9]+)$", name))}),
        "split": {
            name: {"sha256": digest(identity), "identity": identity, **taken.get(name, {})}
            for name, identity in result.inputs.datasets.items()
        },
        "bytes": measured.sizes.model_dump(exclude_unset=True),
        "training_rows": result.training_rows,
        "sha256": measured.sha256,
    }
    envelope = envelope_of(root, measured.suite, measured.name)
    timings = {name: timed.model_dump() for name, timed in envelope.timings.items()} if envelope else {}
    return {"metrics": metrics, "meta": meta, **({"timings": timings} if timings else {})}


@functools.lru_cache(maxsize=8)
def _rows(root: Path, path: str, sha256: str) -> dict[str, dict[str, list[int]]]:
    """Return, by set, the numbers of the rows that a run noted beside an encoder's similarities."""
    check_digest(inside(root, path, "files"), sha256)
    with np.load(root / path, allow_pickle=False) as arrays:
        noted = [key for key in arrays.files if key.startswith("rows@")]
        return {key.removeprefix("rows@"): {"rows": arrays[key].tolist()} for key in noted}


def scope(metric: str) -> str:
    """Return the exact search that a metric compares with: vs_teacher, vs_student, or an empty text."""
    return next((name for prefix, name in SCOPES.items() if metric.startswith(prefix)), "")


def _dims(measured: Measured) -> int:
    """Return how many numbers, or symbols, a code has."""
    if codes := measured.result.codes:
        return len(next(iter(codes.values())).levels)
    dims = int(measured.result.inputs.encoder["dimension"])
    for step in measured.cell.steps:
        params = step.params
        dims = params["stop"] - params["start"] if step.use == "columns" else params.get("dims", dims)
    return dims


def _parquet(rows: Iterable[Json]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"asymmetric": pa.bool_(), "seed": pa.int64(), "bytes_per_vector": pa.int64(), "n": pa.int64()}
    numbers = dict.fromkeys(("ratio", "value", "low", "high", "jitter"), pa.float64())
    schema = pa.schema([(key, (kinds | numbers).get(key, pa.string())) for key in (*COLUMNS, "scope")])
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows), schema), buffer)
    return buffer.getvalue()
