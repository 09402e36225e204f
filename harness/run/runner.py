"""Runs what is to do: inputs prepared once, cells side by side, each result written whole or not at all."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.codecs.pipeline import Fitter
from harness.errors import BlockedError, InputError
from harness.evaluation.context import Base, base_of, before, embed, material
from harness.evaluation.diagnostics import index_of
from harness.evaluation.evaluate import Measured, measure
from harness.evaluation.means import write_means
from harness.evaluation.timing import measured
from harness.evidence import npz
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import digest, dumps, write_stamped
from harness.parallel.resources import use_threads
from harness.parallel.workers import spread
from harness.planning.cells import Cell
from harness.planning.shipped import SHIPPED
from harness.planning.status import FORCED, Entry
from harness.run.environment import envelope
from harness.statistics.bootstrap import LEVEL, RESAMPLES
from harness.types import Json
from harness.verification import admission

Told = Callable[[str, int, int], None]  # what is being done, how much of it is done, of how much


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one space, training split and seed that begin with the same step: fitted together.

    They may be of several suites, each cell with the base of its own.
    """

    cells: tuple[tuple[Base, Cell], ...]
    tree: Tree


def run(
    entries: list[Entry], chosen: list[Entry], tree: Tree, store: Path, jobs: int, told: Told
) -> list[str]:
    """Run the ``chosen`` of a suite's ``entries`` that are to do; return one line for each that failed.

    Raises InputError where what all cells stand on (a data set, its vectors) is wrong.
    """
    todo = [entry for entry in chosen if entry.state == "to do"]
    check_origin(entries, tree)
    if not todo:
        _settle(entries, chosen, tree)
        means_over_seeds([e for e in entries if e.state == "done"], tree, store, jobs, told)
        return []
    bases, todo, failures = _bases(entries, chosen, tree, store, jobs, told)
    _settle(entries, chosen, tree)  # not before: inputs that are refused leave nothing behind
    for entry in todo:  # out of date: nothing may be left to be mixed in if the cell fails now
        if entry.why != FORCED:  # what is forced still holds, and stays until it is replaced
            tree.result(entry.cell.suite, entry.cell.id).unlink(missing_ok=True)
    groups = _groups(todo, bases, tree)
    done = 0
    told("cells", 0, len(todo))
    with closing(spread(_run_group, groups, jobs)) as results:
        for count, failed in results:
            done, failures = done + count, failures + failed
            told("cells", done, len(todo))
    run_now = {(entry.cell.suite, entry.cell.id) for entry in todo}
    # In the plan's order, whatever ran when: seeds are drawn by their place in their group.
    measured = [
        e for e in entries if e.state == "done" or e.why == FORCED or (e.cell.suite, e.cell.id) in run_now
    ]
    means_over_seeds(measured, tree, store, jobs, told)
    return failures


def means_over_seeds(entries: list[Entry], tree: Tree, store: Path, jobs: int, told: Told) -> None:
    """Write the means over seeds, and the comparisons, of ``entries`` that are done."""
    together: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if tree.result(entry.cell.suite, entry.cell.id).is_file():  # else it failed
            together.setdefault(_key(entry), []).append(entry)
    cells = {
        base_of(found[0].inputs, encoder, [entry.cell for entry in found], store): [x.cell for x in found]
        for (_, encoder), found in together.items()
    }
    write_means(cells, tree, jobs, told)


def _bases(
    entries: list[Entry], chosen: list[Entry], tree: Tree, store: Path, jobs: int, told: Told
) -> tuple[dict[tuple[str, str], Base], list[Entry], list[str]]:
    """Prepare every encoder that has cells to do; return the bases, the cells to run, and what failed.

    An encoder whose input is refused or cannot be fetched fails with its cells; the others still run. Raises
    the error where no other encoder is left.
    """
    use_threads()
    bases: dict[tuple[str, str], Base] = {}
    todo: list[Entry] = []
    failures: list[str] = []
    error: InputError | BlockedError | None = None
    for key in dict.fromkeys(_key(entry) for entry in chosen if entry.state == "to do"):
        mine = [entry for entry in entries if _key(entry) == key and entry.can_run]
        base = base_of(mine[0].inputs, key[1], [entry.cell for entry in mine], store)
        try:
            changed = _prepare(base, sorted({entry.cell.train for entry in mine}), tree, jobs, told)
        except (InputError, BlockedError) as found:
            error = found
            failures.append(f"{key[0]}: {key[1]}: {found}")
            continue
        bases[key] = base
        # Where the similarities before compression changed, cells that were done name an old file.
        todo += [
            e for e in (mine if changed else chosen) if _key(e) == key and (changed or e.state == "to do")
        ]
    if error is not None and not bases:
        raise error
    return bases, todo, failures


def _key(entry: Entry) -> tuple[str, str]:
    return entry.cell.suite, entry.cell.encoder


def check_origin(entries: list[Entry], tree: Tree) -> None:
    """Raise InputError where ``tree`` has results of another suite file of the same name."""
    for suite, path in {entry.cell.suite: entry.inputs.where for entry in entries}.items():
        other = admission.noted_file(tree, suite)
        if other is not None and other.is_file() and other.resolve() != Path(path).resolve():
            raise InputError(
                f"{tree.blocked(suite)}: found evidence of {other}, expected that of {path}: rename one of "
                "the suites, or run into another folder with --out"
            )


def _settle(entries: list[Entry], chosen: list[Entry], tree: Tree) -> None:
    """Remove what no suite has any longer, if all cells are ``chosen``, and write what is blocked."""
    if len(chosen) == len(entries):
        prune(entries, tree)
    write_blocked(entries, tree)


def prune(entries: list[Entry], tree: Tree) -> None:
    """Remove what cells left that their suite no longer has: a report must not mix two states of a suite."""
    known: dict[str, set[str]] = {}
    for entry in entries:
        known.setdefault(entry.cell.suite, set()).update((entry.cell.id, entry.cell.encoder))
    for suite, names in known.items():
        for place in (tree.result, tree.envelope, tree.scores, tree.codec):
            path = place(suite, "*")
            for file in path.parent.glob(path.name):
                if file.name.removesuffix(path.suffix) not in names:
                    file.unlink()


def write_blocked(entries: list[Entry], tree: Tree) -> None:
    """Write, for each suite, which cells do not run here and why; a file for every suite, even if empty."""
    for suite in dict.fromkeys(entry.cell.suite for entry in entries):
        listed = [
            {
                "cell": e.cell.id,
                "encoder": e.cell.encoder,
                "train": e.cell.train,
                "missing": e.why,
                "remedy": e.remedy,
            }
            for e in entries
            if e.cell.suite == suite and not e.can_run
        ]
        path = next(entry.inputs.where for entry in entries if entry.cell.suite == suite)
        write_stamped(
            tree.blocked(suite), {"suite": suite, "suite_file": _shown(Path(path)), "blocked": listed}
        )


def _shown(path: Path) -> str:
    """Return a suite's path, the same on every machine: from the current folder, or from the shipped one."""
    full = path.resolve()
    folders = (Path.cwd(), SHIPPED.parent)
    return next((full.relative_to(x) for x in folders if full.is_relative_to(x)), full).as_posix()


def _prepare(base: Base, trains: list[str], tree: Tree, jobs: int, told: Told) -> bool:
    """Encode, audit, and write the similarities before compression; return whether that file changed."""
    sets = [base.inputs.read(name) for name in base.sets]
    embed(base, functools.partial(told, f"vectors of {base.encoder} for {base.suite}"), jobs)
    taken = {"rows@" + data.name: data.index for data in sets if data.index is not None}
    path, content = tree.scores(base.suite, base.encoder), npz.dumps({**before(base), **taken})
    changed = path.is_file() and path.read_bytes() != content
    write_atomic(path, content)
    for i, train in enumerate(trains):
        told(f"contamination audit of {base.suite}", i, len(trains))
        material(base, train)
    told(f"contamination audit of {base.suite}", len(trains), len(trains))
    return changed


def _groups(todo: list[Entry], bases: Mapping[tuple[str, str], Base], tree: Tree) -> list[Group]:
    together: dict[str, list[tuple[Base, Cell]]] = {}
    for entry in todo:
        base, cell = bases[_key(entry)], entry.cell
        key = digest([seeding(base, cell), cell.steps[0].spec()])
        together.setdefault(key, []).append((base, cell))
    groups = [Group(tuple(cells), tree) for cells in together.values()]
    return sorted(groups, key=lambda group: -len(group.cells))  # long ones first: no core idles at the end


def _run_group(group: Group) -> tuple[int, list[str]]:
    use_threads()
    failures: list[str] = []
    fitter: Fitter | None = None  # one: training split and seeds of a group's cells are the same
    first = True
    for base, cell in group.cells:
        start = time.monotonic()
        try:
            shared, suite = material(base, cell.train), base.inputs.suite
            fitter = fitter or Fitter(shared.training, seeding(base, cell))
            fitting = time.monotonic()
            fitter.fit(cell.steps)  # kept, so that measuring begins with what is fitted
            fitted = time.monotonic() - fitting
            result = measure(cell, shared, fitter, suite.protocols, suite.combine)
            durations = {"seconds": time.monotonic() - start}
            if first:  # else the first step was fitted for another cell, and costs nothing here
                durations["training_seconds"] = fitted
            first = False
            _write(base, cell, result, group.tree, durations)
        except (InputError, BlockedError) as error:
            failures.append(f"{cell.suite}: {cell.id}: {error}")
    return len(group.cells), failures


def seeding(base: Base, cell: Cell) -> Json:
    """Return what the seeds of a cell's steps come from, beside the steps."""
    inputs = base.inputs
    return {
        "encoder": inputs.encoders[cell.encoder],
        "train": inputs.datasets[cell.train],
        "seed": cell.seed,
    }


def _write(base: Base, cell: Cell, result: Measured, tree: Tree, durations: Mapping[str, float]) -> None:
    suite, chain = cell.suite, result.chain
    files = {"before": tree.scores(suite, cell.encoder), "after": tree.scores(suite, cell.id)}
    write_atomic(files["after"], npz.dumps(result.scores))
    if cell.keep_codec:
        train = base.inputs.datasets[cell.train]
        chain.save(tree.codec(suite, cell.id), train)
        files["codec"] = tree.codec(suite, cell.id)
    content = {
        "suite": suite,
        "cell": cell.id,
        "inputs": base.inputs.identity(cell),
        "sizes": result.sizes,
        "training_rows": len(material(base, cell.train).training.vectors),
        "audit": result.audit,
        "interval": {"level": LEVEL, "resamples": RESAMPLES},
        "values": [value.as_json() for value in result.values],
        **({"left_out": result.left_out} if result.left_out else {}),
        **({"codes": result.codes} if result.codes else {}),
        **({"training": result.training} if result.training else {}),
        "files": {
            key: {"path": path.relative_to(tree.root).as_posix(), "sha256": sha256_file(path)}
            for key, path in files.items()
        },
    }
    volatile = envelope(durations)
    if cell.timings:
        first, shared = cell.tests[0], material(base, cell.train)
        rows = shared.vectors[first]
        if cell.index:  # what is searched is what values are measured on
            rows = np.ascontiguousarray(rows[shared.drawn(first).rows])
        build = functools.partial(index_of, cell) if cell.index else None
        volatile["timings"] = {first: measured(chain, rows, build)}
    write_atomic(tree.envelope(suite, cell.id), dumps(volatile))
    write_stamped(tree.result(suite, cell.id), content)  # last: a result means that all of it is there
