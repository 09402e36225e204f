"""Evidence against the suites: results that no suite plans are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.blocked import check_blocked
from harness.evidence.schema.result import check_result
from harness.evidence.stamp import read_json
from harness.planning.cells import Cell
from harness.planning.models import Suite
from harness.planning.shipped import OWN
from harness.verification.completeness import missing
from harness.verification.plans import Plan, names, plans


def admit(tree: Tree) -> list[str]:
    """Return a line for each cell that a suite plans and ``tree`` lacks.

    Raises InputError for results that no suite plans: it names the first and counts the others.
    """
    by_suite = plans(tree)
    refused = strangers(tree, by_suite)
    if refused:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise InputError(refused[0] + more)
    return missing(tree, by_suite)


def strangers(tree: Tree, by_suite: Mapping[str, Plan]) -> list[str]:
    """Return a line for each result, list or folder of a suite in ``tree`` that none of the suites has."""
    lines = []
    for name in names(tree):
        if name in by_suite:
            lines += list(_strange_results(tree, name, by_suite[name]))
            lines += list(_strange_blocks(tree, name, by_suite[name]))
        else:
            folder = tree.root / "results" / name
            lines.append(f"{folder}: no suite has this name, expected {OWN / name}.toml")
    return lines


def unplanned(tree: Tree, planned: Mapping[str, Iterable[str]]) -> list[Path]:
    """Return the results in ``tree`` that no suite has: of ``planned`` suites by cell, of others by name."""
    names_of_suites = {*planned, *plans(tree)}
    others = [name for name in names(tree) if name not in names_of_suites]
    return [
        *(tree.root / "results" / name for name in others),
        *(path for name, ids in planned.items() for path in leftover(tree, name, ids)),
    ]


def leftover(tree: Tree, suite: str, planned: Iterable[str]) -> list[Path]:
    """Return the results of a suite in ``tree`` that are of none of the ``planned`` cells."""
    ids = set(planned)
    return [path for path in tree.results(suite) if path.name.removesuffix(".json") not in ids]


def _strange_results(tree: Tree, name: str, plan: Plan) -> Iterator[str]:
    surplus = set(leftover(tree, name, plan.cells))
    for path in tree.results(name):
        try:
            content = check_result(path, read_json(path).get("content"))
        except InputError as error:
            yield str(error)
            continue
        if path in surplus:
            yield f"{path}: no cell of {plan.path} has this name; harness plan {name} lists those that it has"
        elif why := _unlike(content, plan.cells[content["cell"]], plan.suite):
            yield f"{path}: {why}, as {plan.path} says"


def _unlike(content: Mapping[str, Any], cell: Cell, suite: Suite) -> str:
    """Return the first thing in which a result is not what the plan says, in words, or nothing."""
    inputs = content["inputs"]
    encoder = inputs.get("encoder")
    dimension = encoder.get("dimension") if isinstance(encoder, dict) else None
    expected = {
        **{f"cell.{key}": value for key, value in cell.spec().items()},
        "protocols": suite.protocols,
        "combine": suite.combine,
        "encoder.dimension": suite.encoders[cell.encoder].dimension,
        "datasets": sorted({cell.train, *cell.tests}),
    }
    stated = {
        **{f"cell.{key}": value for key, value in inputs["cell"].items()},
        "protocols": inputs.get("protocols"),
        "combine": inputs.get("combine"),
        "encoder.dimension": dimension,
        "datasets": sorted(inputs["datasets"]) if isinstance(inputs.get("datasets"), dict) else None,
    }
    for key in dict.fromkeys((*expected, *stated)):
        if stated.get(key) != expected.get(key):
            return f"inputs.{key}: found {stated.get(key)!r}, expected {expected.get(key)!r}"
    measured = _measured(cell, suite)
    for value in content["values"]:
        item = (value["dataset"], value["metric"])
        if item not in measured or value["protocol"] not in suite.protocols:
            return f"values: found {value['protocol']} {' '.join(item)}, expected what the cell measures"
    return ""


def _measured(cell: Cell, suite: Suite) -> set[tuple[str, str]]:
    """Return every data set and metric that a cell measures, those combined of several sets as well."""
    own = {(name, metric) for name, metrics in cell.metrics for metric in metrics}
    by_set = dict(cell.metrics)
    for name, weights in suite.combine.items():
        if set(weights) <= set(by_set):
            own |= {(name, metric) for metric in set.intersection(*(set(by_set[part]) for part in weights))}
    return own


def _strange_blocks(tree: Tree, name: str, plan: Plan) -> Iterator[str]:
    path = tree.blocked(name)
    try:
        entries = check_blocked(path, read_json(path).get("content"))
    except InputError as error:
        yield str(error)
        return
    for i, entry in enumerate(entries):
        cell = plan.cells.get(entry["cell"])
        if cell is None or (cell.encoder, cell.train) != (entry["encoder"], entry["train"]):
            yield f"{path}: blocked.{i}: found {entry['cell']!r}, expected a cell of {plan.path}"
