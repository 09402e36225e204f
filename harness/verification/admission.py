"""Evidence against the suites: results that no suite has are refused, and cells without evidence are named.

Which suite file a result answers to: in ``artifacts/`` the one that its suite's name finds. In any other
folder a run noted, in ``results/<suite>.blocked.json`` under ``suite_file``, which file it ran; that one
counts while it is there, else the one that the name finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evaluation.sampled_rows import MINIMUM
from harness.evidence.layout import Tree
from harness.evidence.schema.blocked import check_blocked
from harness.evidence.schema.result import check_result
from harness.evidence.stamp import read_json
from harness.planning.cells import Cell, cells
from harness.planning.models import Suite
from harness.planning.registry import load as plugin
from harness.planning.shipped import OWN
from harness.planning.shipped import suites as suites_by_name
from harness.planning.suite import load

COMMITTED = Path("artifacts")


@dataclass(frozen=True)
class Plan:
    """A suite file with its cells by their ids."""

    path: Path

    @cached_property
    def suite(self) -> Suite:
        """Return the suite; raise InputError for a file that is none."""
        return load(self.path)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Return the cells of the suite."""
        return {cell.id: cell for cell in cells(self.suite, str(self.path))}


def names(tree: Tree) -> list[str]:
    """Return the suites that ``tree`` has results or a list of blocked cells of."""
    folder = tree.root / "results"
    folders = {path.name for path in folder.glob("*") if path.is_dir()}
    return sorted(
        folders | {path.name.removesuffix(".blocked.json") for path in folder.glob("*.blocked.json")}
    )


def suite_file(tree: Tree, suite: str, *, suites: Mapping[str, Path], committed: Path) -> Path | None:
    """Return the file of a suite that ``tree`` has evidence of, by the rule above; None for none."""
    noted = None if tree.root.resolve() == committed.resolve() else noted_file(tree, suite)
    candidates = (path for path in (noted, suites.get(suite)) if path is not None)
    return next((path for path in candidates if path.stem == suite and path.is_file()), None)


def noted_file(tree: Tree, suite: str) -> Path | None:
    """Return the suite file that a run into ``tree`` noted; None where none did."""
    noted = _content(tree.blocked(suite)).get("suite_file")
    return Path(noted) if isinstance(noted, str) and "\0" not in noted else None


def plans(
    tree: Tree, *, suites: Mapping[str, Path] | None = None, committed: Path = COMMITTED
) -> dict[str, Plan]:
    """Return the plan of every suite that ``tree`` has evidence of and that there is a file of.

    ``suites``: the files by name, where they are not those that ``harness plan`` finds.
    """
    by_name = suites_by_name() if suites is None else suites
    files = {name: suite_file(tree, name, suites=by_name, committed=committed) for name in names(tree)}
    return {name: Plan(path) for name, path in files.items() if path is not None}


def admit(tree: Tree) -> list[str]:
    """Return a line for each cell that a suite has and ``tree`` lacks; raise InputError for a stranger.

    The error names the first result that no suite has, and how many more there are.
    """
    known = plans(tree)
    refused = strangers(tree, known)
    if refused:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise InputError(refused[0] + more)
    return missing(tree, known)


def strangers(tree: Tree, known: Mapping[str, Plan]) -> list[str]:
    """Return a line for each result, list or folder of a suite in ``tree`` that none of the suites has."""
    lines = []
    for name in names(tree):
        if name in known:
            lines += list(_strange_results(tree, name, known[name]))
            lines += list(_strange_blocks(tree, name, known[name]))
        else:
            place = tree.root / "results" / name
            lines.append(f"{place}: no suite has this name, expected {OWN / name}.toml")
    return lines


def unplanned(tree: Tree, planned: Mapping[str, Iterable[str]]) -> list[Path]:
    """Return the results in ``tree`` that no suite has: of ``planned`` suites by cell, of others by name."""
    known = {*planned, *plans(tree)}
    others = [name for name in names(tree) if name not in known]
    return [
        *(tree.root / "results" / name for name in others),
        *(path for name, ids in planned.items() for path in leftover(tree, name, ids)),
    ]


def leftover(tree: Tree, suite: str, planned: Iterable[str]) -> list[Path]:
    """Return the results of a suite in ``tree`` that are of none of the ``planned`` cells."""
    ids = set(planned)
    return [path for path in _results(tree, suite) if path.name.removesuffix(".json") not in ids]


def _results(tree: Tree, suite: str) -> list[Path]:
    return sorted((tree.root / "results" / suite).glob("*.json"))


def _content(path: Path) -> dict[str, Any]:
    """Return the content of a stamped file, unchecked; empty where there is none or it is no object."""
    try:
        content = read_json(path).get("content") if path.is_file() else None
    except InputError:
        return {}
    return content if isinstance(content, dict) else {}


def _strange_results(tree: Tree, name: str, plan: Plan) -> Iterator[str]:
    surplus = set(leftover(tree, name, plan.cells))
    for path in _results(tree, name):
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
    expected = {
        **{f"cell.{key}": value for key, value in cell.spec().items()},
        "protocols": suite.protocols,
        "combine": suite.combine,
        "encoder.dimension": suite.encoders[cell.encoder].dimension,
        "datasets": sorted({cell.train, *cell.tests}),
    }
    found = {
        **{f"cell.{key}": value for key, value in inputs["cell"].items()},
        "protocols": inputs.get("protocols"),
        "combine": inputs.get("combine"),
        "encoder.dimension": _get(inputs, "encoder", "dimension"),
        "datasets": sorted(inputs["datasets"]) if isinstance(inputs.get("datasets"), dict) else None,
    }
    for key in dict.fromkeys((*expected, *found)):
        if found.get(key) != expected.get(key):
            return f"inputs.{key}: found {found.get(key)!r}, expected {expected.get(key)!r}"
    measured = _measured(cell, suite)
    for value in content["values"]:
        place = (value["dataset"], value["metric"])
        if place not in measured or value["protocol"] not in suite.protocols:
            return f"values: found {value['protocol']} {' '.join(place)}, expected what the cell measures"
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


def missing(tree: Tree, known: Mapping[str, Plan]) -> list[str]:
    """Return a line for each cell that a suite has and that is neither in ``tree`` nor BLOCKED there.

    A value that a result lacks although its set has pairs enough is a line as well, unless it is noted there
    as undefined.
    """
    lines = []
    for name, plan in known.items():
        entries = _content(tree.blocked(name)).get("blocked")
        listed = {str(_get(entry, "cell")) for entry in entries} if isinstance(entries, list) else set()
        there = {path.name.removesuffix(".json"): path for path in _results(tree, name)}
        for cell in plan.cells.values():
            if cell.id in there:
                lines += [
                    f"{there[cell.id]}: values: found no {value}, expected it, as {plan.path} says"
                    for value in _values_missing(_content(there[cell.id]), cell)
                ]
            elif cell.id not in listed:
                lines.append(
                    f"{tree.result(name, cell.id)}: not found, expected a result or an entry in "
                    f"{tree.blocked(name).name}, as {plan.path} has the cell"
                )
    return lines


def _values_missing(content: Mapping[str, Any], cell: Cell) -> list[str]:
    """Return the values of pairs that a result neither has nor notes, where its audit counts pairs enough."""
    if not isinstance(content.get("values"), list):
        return []  # a line of ``strangers``
    there = {
        (_get(value, "protocol"), _get(value, "dataset"), _get(value, "metric"))
        for values in (content.get("values"), content.get("left_out"))
        for value in (values if isinstance(values, list) else [])
    }
    lines = []
    for dataset, metrics in cell.metrics:
        counts = _get(content, "audit", dataset, "kept")
        for protocol, pairs in counts.items() if isinstance(counts, dict) else ():
            if isinstance(pairs, int) and pairs >= MINIMUM:
                lines += [
                    f"{protocol} {dataset} {metric}"
                    for metric in metrics
                    if plugin("metrics", metric.partition("@")[0], "metrics").ITEMS == "pairs"
                    and (protocol, dataset, metric) not in there
                ]
    return lines


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
