"""Everything that evidence can be held to without running it again, in four tiers; a problem is one line.

By hash and structure (``repro/verify.py``, which runs alone as well); against the suites (``admission``); by
recomputing values from score files (``recompute``) and some intervals of means over seeds (``intervals``); by
rendering the report and the README's part again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.result import check_result
from harness.evidence.stamp import read_json
from harness.verification import admission, completeness, intervals, recompute
from harness.verification import plans as suite_plans
from report.pages import readme
from report.pages.render import rendered
from repro import verify

Problems = list[str]


def problems(root: Path) -> tuple[Problems, str]:
    """Return one line for each problem of the checkout at ``root``, and a line that says what was checked."""
    tree = Tree(root / "artifacts")
    hashed, checked = verify.problems(root)
    contents = dict(_contents(tree))
    again = list(_intervals(root, contents))
    every_line = [
        *hashed,
        *against_suites(root),
        *unlike_pins(root),
        *recompute.every_disagreement(tree, contents),
        *(line for checked in again for line in checked.problems),
        *unlike_rendered(root),
    ]
    lines = list(dict.fromkeys(" ".join(line.split()) for line in every_line))
    values = sum(len(content["values"]) for content in contents.values())
    tiers = (
        f"{checked.partition(':')[0]}, {values} values against their scores, "
        f"{sum(each.values for each in again)} intervals of means drawn again, the report rendered again"
    )
    return lines, f"{tiers}: " + (f"{len(lines)} problems" if lines else "no problem")


def against_suites(root: Path) -> Problems:
    """Return a line for each result that no suite of ``root`` has, and each cell that has no evidence."""
    tree, suites = Tree(root / "artifacts"), _suites(root)
    try:
        plans = suite_plans.plans(tree, suites=suites, committed=tree.root)
        absent = sorted(suites.keys() - set(suite_plans.names(tree)))
        return [
            *admission.strangers(tree, plans),
            *completeness.missing(tree, plans),
            *(f"{suites[name]}: found no evidence of it, expected {tree.suite(name)}" for name in absent),
            *_both(tree, plans),
        ]
    except InputError as error:  # a suite file that is none
        return [str(error)]


def _suites(root: Path) -> dict[str, Path]:
    """Return the suites of a checkout by their names."""
    return {path.stem: path for path in (root / "suites").glob("*.toml")}


def _intervals(root: Path, contents: dict[Path, dict[str, Any]]) -> Iterator[intervals.Checked]:
    """Yield what drawing intervals of each suite's means again comes to."""
    tree = Tree(root / "artifacts")
    try:
        plans = suite_plans.plans(tree, suites=_suites(root), committed=tree.root)
        cells = {name: list(plan.cells) for name, plan in plans.items()}
    except InputError:
        return  # a line of against_suites
    for name, ids in cells.items():
        path = tree.means(name)
        results = {cell: contents[file] for cell in ids if (file := tree.result(name, cell)) in contents}
        try:
            yield intervals.check(tree, path, read_json(path)["content"], results)
        except InputError as error:
            yield intervals.Checked([str(error)], 0)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # a line of the first tier


def _both(tree: Tree, plans: dict[str, suite_plans.Plan]) -> Iterator[str]:
    for name in plans:
        try:
            listed = read_json(tree.suite(name))["content"]["blocked"]
            cells = [entry["cell"] for entry in listed if tree.result(name, str(entry["cell"])).is_file()]
        except (InputError, KeyError, TypeError):
            continue  # a line of the first tier
        yield from (f"{tree.suite(name)}: {cell} has a result, expected a cell without one" for cell in cells)


def unlike_pins(root: Path) -> Problems:
    """Return a line for each version in the envelopes that ``constraints.txt`` does not pin, or not so."""
    path = root / "constraints.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    pins = dict(re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text))
    versions: dict[tuple[str, str], Path] = {}
    for envelope in sorted((root / "artifacts" / "envelopes").glob("*/*.json")):
        try:
            packages = read_json(envelope).get("packages")
        except InputError:
            continue  # a line of the first tier
        for name, version in packages.items() if isinstance(packages, dict) else ():
            versions.setdefault((name, str(version)), envelope)
    return [
        f"{envelope}: packages.{name}: found {version}, expected {expected}"
        for (name, version), envelope in versions.items()
        if version.partition("+")[0] != pins.get(name, "").partition("+")[0]
        for expected in (f"{pins[name]}, as {path} pins" if name in pins else f"a pin of it in {path}",)
    ]


def unlike_rendered(root: Path) -> Problems:
    """Return a line for each file of the report, or README, that is not what the evidence renders to."""
    tree = Tree(root / "artifacts")
    try:
        expected = rendered(tree)
        lines = list(_unlike_files(tree.report(), expected))
        path = root / "README.md"
        if path.is_file() and readme.split(path)[1] != readme.block_of(expected):
            lines.append(f"{path}: its rendered part is not what {tree.root} renders to; run make artifacts")
    except InputError as error:
        return [f"{tree.report()}: cannot be rendered again: {error}"]
    except Exception as error:  # noqa: BLE001 - certified and whole, and yet no evidence that a report is made of
        return [f"{tree.report()}: cannot be rendered again: {type(error).__name__}: {error}"]
    return lines


def _unlike_files(folder: Path, expected: dict[str, bytes]) -> Iterator[str]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there | set(expected)):
        if name not in expected:
            yield f"{folder / name}: found a file that the evidence does not render to, expected none"
        elif name not in there:
            yield f"{folder / name}: not found, expected what the evidence renders to"
        elif (folder / name).read_bytes() != expected[name]:
            yield f"{folder / name}: is not what the evidence renders to, byte for byte"


def _contents(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every result that is one; the others are lines of the first tier."""
    for path in tree.results():
        try:
            yield path, check_result(path, read_json(path).get("content"))
        except InputError:
            continue
