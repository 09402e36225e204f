"""The file of a suite's means over seeds, made again where its results or the code have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evaluation.context import EncoderSpec
from harness.evaluation.seed_means import Batch, batch_means
from harness.evidence.checked import Checked
from harness.evidence.layout import Tree
from harness.evidence.stamp import write_stamped
from harness.parallel.workers import spread
from harness.planning import registry
from harness.planning.cells import Cell
from harness.statistics import bootstrap
from harness.types import Json

OnProgress = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much


def write_means(
    cells: Mapping[EncoderSpec, list[Cell]], tree: Tree, jobs: int, on_progress: OnProgress
) -> None:
    """Write the means of each suite whose results, baselines or code have changed.

    ``cells`` are those with a result in ``tree``, by encoder. ``on_progress`` receives the progress.
    """
    code = registry.code_of(__name__)
    checked = Checked()
    batches = [batch for spec, measured in cells.items() for batch in _batches(spec, measured, tree, checked)]
    suites: dict[str, list[dict[str, Any]]] = {spec.suite: [] for spec in cells}
    todo: list[Batch] = []
    old = {suite: _old(checked, tree.means(suite), code) for suite in suites}
    checked.keep()
    for batch in batches:
        made = next((x for x in old[batch.spec.suite] if x["of"] == batch.identity()), None)
        suites[batch.spec.suite] += [made] if made else []
        todo += [] if made else [batch]
    todo.sort(key=lambda batch: -len(batch.results))  # long ones first: no core idles at the end
    total, done = sum(len(batch.results) for batch in todo), 0
    for suite, made, count in spread(batch_means, todo, max(1, min(jobs, len(todo)))) if todo else ():
        done += count
        suites[suite].append(made)
        on_progress("means over seeds", done, total)
    for suite, listed in suites.items():
        ordered = sorted(
            listed,
            key=lambda x: [str(x["of"][key]) for key in ("encoder", "train")] + [x["of"]["bytes_per_vector"]],
        )
        content = {
            "suite": suite,
            "code": code,
            "interval": {"level": bootstrap.LEVEL, "resamples": bootstrap.RESAMPLES},
            "batches": ordered,
        }
        if ordered != old[suite]:
            write_stamped(tree.means(suite), content)


def group_of(cell: Cell) -> str:
    """Return the name of the group of cells that differ from ``cell`` only in their seed."""
    return cell.id.removesuffix(f".s{cell.seed}")


def _old(checked: Checked, path: Path, code: list[str]) -> list[dict[str, Any]]:
    """Return the batches of the existing file; none where it is unreadable or made by other code."""
    try:
        content = checked.content(path)
    except (InputError, OSError):
        return []
    return list(content["batches"]) if content.get("code") == code else []


def _batches(spec: EncoderSpec, cells: list[Cell], tree: Tree, checked: Checked) -> Iterator[Batch]:
    settings: dict[tuple[str, int], dict[str, tuple[Cell, ...]]] = {}
    results: dict[str, Json] = {}
    checksums: dict[str, str] = {}
    for cell in cells:
        results[cell.id], checksums[cell.id] = checked.stamped(tree.result(cell.suite, cell.id))
        setting = cell.train, int(results[cell.id]["sizes"]["bytes_per_vector"])
        groups = settings.setdefault(setting, {})
        groups[group_of(cell)] = (*groups.get(group_of(cell), ()), cell)
    for groups in settings.values():
        names = [cell.id for group in groups.values() for cell in group]
        yield Batch(
            spec,
            groups,
            {name: results[name] for name in names},
            {name: checksums[name] for name in names},
            tree,
        )
