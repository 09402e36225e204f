"""Writes what a suite's values depend on beside score files, from its data sets alone.

Values depend on human scores by their ranks alone; ``human@<set>`` has these ranks over the whole set.
``audit@<split>@<set>`` has the masks of the contamination audit, packed bits; ``members@<i>@<set>`` the
clusters, or rows, that the bootstrap draws; ``queries@<set>`` the query of each judged pair. There is no
text, no vector and no score of a person.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.evaluation.context import EncoderContext, open_context, spec_of
from harness.evaluation.metric import plugin
from harness.evaluation.retrieval import query_rows
from harness.evaluation.sampled_rows import fresh_rows
from harness.evidence import npz
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import digest, read_stamped, write_stamped
from harness.planning import registry
from harness.planning.cells import Cell
from harness.planning.status import Entry
from harness.statistics.clusters import Sample
from harness.statistics.spearman import mid_ranks
from harness.types import Ints, PairSet

Arrays = dict[str, np.ndarray[Any, Any]]


def write_labels(entries: Iterable[Entry], tree: Tree, store: Path) -> list[Path]:
    """Write the labels of each suite of ``entries`` that has results; return the indices that changed.

    Reads data sets and audits, which ``store`` may have; no cell runs.
    """
    by_suite: dict[str, list[Entry]] = {}
    for entry in entries:
        if tree.result(entry.cell.suite, entry.cell.id).is_file():
            by_suite.setdefault(entry.cell.suite, []).append(entry)
    return [tree.labels(suite) for suite, own in by_suite.items() if _write(suite, own, tree, store)]


def _write(suite: str, entries: list[Entry], tree: Tree, store: Path) -> bool:
    cells = {entry.cell.id: entry.cell for entry in entries}
    content = {"suite": suite, **_plan(entries)}
    path, arrays_path = tree.labels(suite), tree.labels(suite).with_suffix(".npz")
    old = _old(path)
    if all(old.get(key) == part for key, part in content.items()) and _whole(old, arrays_path):
        return False
    inputs = entries[0].inputs
    first = next(iter(cells.values())).encoder
    context = open_context(spec_of(inputs, first, list(cells.values()), store))
    samples, members = _samples(context, cells.values())
    arrays = _of_sets(context, cells.values()) | _audits(context, content["audits"]) | members
    write_atomic(arrays_path, npz.dumps(dict(sorted(arrays.items()))))
    file = {"path": arrays_path.relative_to(tree.root).as_posix(), "sha256": sha256_file(arrays_path)}
    derived = {"samples": samples, "fresh_rows": _fresh_rows(context, cells.values())}
    write_stamped(path, {**content, **derived, "files": {"labels": file}})
    return True


def _plan(entries: list[Entry]) -> dict[str, Any]:
    """Return what decides the labels of a suite: its data sets, its audits, and code."""
    datasets: dict[str, str] = {}
    audits: dict[str, set[str]] = {}
    for entry in entries:
        cell = entry.cell
        audits.setdefault(cell.train, set()).update(cell.tests)
        if not {cell.train, *cell.tests} <= datasets.keys():
            datasets |= {name: digest(one) for name, one in entry.inputs.identity(cell)["datasets"].items()}
    return {
        "code": registry.code_of("harness.evaluation.context"),
        "datasets": dict(sorted(datasets.items())),
        "audits": {train: sorted(tests) for train, tests in sorted(audits.items())},
    }


def _old(path: Path) -> Mapping[str, Any]:
    try:
        return read_stamped(path)[0]
    except InputError:
        return {}


def _whole(old: Mapping[str, Any], arrays: Path) -> bool:
    named = old["files"]["labels"]["sha256"] if old else ""
    return arrays.is_file() and sha256_file(arrays) == named


def _of_sets(context: EncoderContext, cells: Iterable[Cell]) -> Arrays:
    """Return the ranks of the human scores of each test set, or the query of each judged pair."""
    arrays: Arrays = {}
    for name in sorted({name for cell in cells for name in cell.tests}):
        data = context.spec.read(name)
        if data.queries is not None:
            arrays["queries@" + name] = _queries(data)
        elif data.gold is not None:
            arrays["human@" + name] = mid_ranks(data.gold).astype(np.float32)
    return arrays


def _queries(data: PairSet) -> Ints:
    positions = {row: i for i, row in enumerate(query_rows(data).tolist())}
    return np.array([positions[row] for row in data.pairs[:, 0].tolist()], np.uint32)


def _audits(context: EncoderContext, audits: Mapping[str, Iterable[str]]) -> Arrays:
    """Return the packed masks (3, pairs) of each test set and training split."""
    arrays: Arrays = {}
    for train, tests in audits.items():
        for test in tests:
            audit = context.contamination(test, train)
            masks = [getattr(audit, field.name) for field in dataclasses.fields(audit)]
            arrays[f"audit@{train}@{test}"] = np.packbits(np.stack(masks), axis=1)
    return arrays


def _samples(context: EncoderContext, cells: Iterable[Cell]) -> tuple[list[dict[str, Any]], Arrays]:
    """Return what is resampled of the pairs of sets that are tested together, and the units of each pair."""
    samples: list[dict[str, Any]] = []
    arrays: Arrays = {}
    for i, tests in enumerate(sorted({cell.tests for cell in cells})):
        own: Mapping[str, Sample] = context.samples(tests)
        sets = {name: {"group": own[name].group, "units": own[name].units} for name in tests}
        samples.append({"tests": list(tests), "sets": sets})
        arrays |= {f"members@{i}@{name}": own[name].members.astype(np.uint32) for name in tests}
    return samples, arrays


def _fresh_rows(context: EncoderContext, cells: Iterable[Cell]) -> dict[str, dict[str, int]]:
    """Return how many rows random pairs are drawn from, where a cell measures some."""
    rows: dict[str, dict[str, int]] = {}
    for cell in cells:
        for name, metrics in cell.metrics:
            random = any(plugin(metric).ITEMS == "random-pairs" for metric in metrics)
            if random and name not in rows.setdefault(cell.train, {}):
                data, trained = context.spec.read(name), context.spec.read(cell.train)
                rows[cell.train][name] = len(fresh_rows(data, trained))
    return rows
