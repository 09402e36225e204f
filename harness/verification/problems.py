"""Everything that evidence can be held to without running it again or drawing an interval; a problem is one line.

By hash and structure (``repro/verify.py``, which runs alone as well); against the suites (``admission``); by
recomputing values from scores (``recompute``), which renders the report and the README's part again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json
from harness.verification import admission, completeness
from harness.verification import plans as suite_plans
from harness.verification.recompute import OnProgress, recompute_values
from repro import verify

Problems = list[str]


def problems(root: Path, jobs: int, on_progress: OnProgress) -> tuple[Problems, str]:
    """Return one line for each problem of the checkout at ``root``, and a line that says what was checked.

    Intervals are not drawn again: ``recompute.recompute`` does this.
    """
    hashed, checked = verify.problems(root)
    again = recompute_values(root, jobs, on_progress)
    lines = one_line_each([*hashed, *against_suites(root), *unlike_pins(root), *again.problems])
    tiers = (
        f"{checked.partition(':')[0]}, {again.values} values against their scores, "
        f"{again.verdicts} verdicts and {again.pages} pages rendered again"
    )
    return lines, f"{tiers}: " + (f"{len(lines)} problems" if lines else "no problem")


def one_line_each(lines: Iterable[str]) -> Problems:
    """Return the different lines in order, each without a line break."""
    return list(dict.fromkeys(" ".join(line.split()) for line in lines))


def against_suites(root: Path) -> Problems:
    """Return a line for each result that no suite of ``root`` has, and each cell that has no evidence."""
    tree, suites = Tree(root / "artifacts"), suite_plans.files_of(root)
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
