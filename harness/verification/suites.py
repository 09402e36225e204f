"""Evidence held to the suites of a checkout: none that they do not plan, and all that they plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json
from harness.verification import admission, completeness
from harness.verification import plans as suite_plans


def against_suites(root: Path) -> list[str]:
    """Return a line for each result that no suite of ``root`` has, and each cell that has no evidence."""
    tree, suites = Tree(root / "artifacts"), suite_plans.files_of(root)
    try:
        plans = suite_plans.plans(tree, suites=suites, committed=tree.root)
        absent = sorted(suites.keys() - set(suite_plans.names(tree)))
        return [
            *admission.strangers(tree, plans),
            *completeness.missing(tree, plans),
            *(
                f"{suites[name]}: found no evidence, expected {tree.suite(name)}; make artifacts"
                for name in absent
            ),
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
