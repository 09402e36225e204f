"""Runs what is to do: inputs prepared once, groups of cells side by side; then means and labels."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from harness.errors import BlockedError, InputError
from harness.evaluation.context import EncoderSpec, spec_of
from harness.evaluation.means import OnProgress, write_means
from harness.evidence.claims_lock import copy_lock
from harness.evidence.layout import Tree
from harness.parallel.memory import OutOfMemoryError, memory_explained
from harness.parallel.resources import use_threads
from harness.parallel.workers import spreading
from harness.planning.cells import Cell
from harness.planning.source_facts import notes
from harness.planning.status import FORCED, Entry
from harness.run.again import one_by_one
from harness.run.budget import committed_seconds
from harness.run.engine import Engine, Processes
from harness.run.group import Group, group_key, run_group
from harness.run.labels import write_labels
from harness.run.leftovers import check_origin, settle
from harness.run.preparation import audit, encode

LONG = 10.0  # seconds of a group


def run(
    entries: list[Entry],
    chosen: list[Entry],
    tree: Tree,
    store: Path,
    jobs: int,
    on_progress: OnProgress,
    engine: Engine | None = None,
    committed: Tree | None = None,
) -> list[str]:
    """Run the ``chosen`` of a suite's ``entries`` that are to do; return one line for each that failed.

    ``engine`` does the work; without one, ``jobs`` processes of this machine do. The envelopes of
    ``committed``, by default of ``tree``, say which cells take long: these begin first. Raises InputError
    where an input of all cells (a data set, its vectors) is wrong.
    """
    engine = engine or Processes(jobs)
    todo = [entry for entry in chosen if entry.state == "to do"]
    check_origin(entries, tree)
    if not todo:
        settle(entries, chosen, tree)
        done_already = [e for e in entries if e.state == "done"]
        means_over_seeds(done_already, tree, store, jobs, on_progress)
        write_labels(done_already, tree, store)
        notes().keep()
        return []
    specs, todo, failures = _prepared(entries, chosen, tree, store, engine, on_progress)
    settle(entries, chosen, tree)  # not before: inputs that are refused leave nothing behind
    for entry in todo:  # out of date: nothing may be left to be mixed in if the cell fails now
        if entry.why != FORCED:  # what is forced still holds, and stays until it is replaced
            tree.result(entry.cell.suite, entry.cell.id).unlink(missing_ok=True)
    copy_lock(tree)
    groups = _groups(todo, specs, tree, committed or tree)
    done = 0
    on_progress("cells", 0, len(todo))
    with closing(engine.spread(run_group, groups, jobs, one_by_one(groups))) as results:
        for count, failed in results:
            done, failures = done + count, failures + failed
            on_progress("cells", done, len(todo))
    run_now = {(entry.cell.suite, entry.cell.id) for entry in todo}
    # In the plan's order, whatever ran when: seeds are drawn by their position in their group.
    measured = [
        e for e in entries if e.state == "done" or e.why == FORCED or (e.cell.suite, e.cell.id) in run_now
    ]
    with spreading(engine.spread):
        means_over_seeds(measured, tree, store, jobs, on_progress)
    write_labels(measured, tree, store)
    notes().keep()
    return failures


def means_over_seeds(
    entries: list[Entry], tree: Tree, store: Path, jobs: int, on_progress: OnProgress
) -> None:
    """Write the means over seeds, and the comparisons, of ``entries`` that are done."""
    by_encoder: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if tree.result(entry.cell.suite, entry.cell.id).is_file():  # else it failed
            by_encoder.setdefault(_key(entry), []).append(entry)
    cells: dict[EncoderSpec, list[Cell]] = {}
    for (_, encoder), listed in by_encoder.items():
        own = [entry.cell for entry in listed]
        cells[spec_of(listed[0].inputs, encoder, own, store)] = own
    write_means(cells, tree, jobs, on_progress)


def _prepared(
    entries: list[Entry],
    chosen: list[Entry],
    tree: Tree,
    store: Path,
    engine: Engine,
    on_progress: OnProgress,
) -> tuple[dict[tuple[str, str], EncoderSpec], list[Entry], list[str]]:
    """Prepare every encoder that has cells to do; return the specs, the cells to run, and what failed.

    An encoder whose input is refused or cannot be fetched fails with its cells; the others still run. Raises
    the error where no other encoder is left.
    """
    use_threads()
    specs: dict[tuple[str, str], EncoderSpec] = {}
    todo: list[Entry] = []
    failures: list[str] = []
    last_error: InputError | BlockedError | OutOfMemoryError | None = None
    for key in dict.fromkeys(_key(entry) for entry in chosen if entry.state == "to do"):
        own = [entry for entry in entries if _key(entry) == key and entry.can_run]
        spec = spec_of(own[0].inputs, key[1], [entry.cell for entry in own], store)
        try:
            with memory_explained("while encoding"):
                encode(spec, engine, on_progress)
            with memory_explained("in the contamination audit"):
                changed = audit(spec, sorted({entry.cell.train for entry in own}), tree, on_progress)
        except (InputError, BlockedError, OutOfMemoryError) as error:
            last_error = error
            failures.append(f"{key[0]}: {key[1]}: {error}")
            continue
        specs[key] = spec
        # Where the similarities before compression changed, cells that were done name an old file.
        todo += [
            e for e in (own if changed else chosen) if _key(e) == key and (changed or e.state == "to do")
        ]
    if last_error is not None and not specs:
        raise last_error
    return specs, todo, failures


def _key(entry: Entry) -> tuple[str, str]:
    return entry.cell.suite, entry.cell.encoder


def _groups(
    todo: list[Entry], specs: Mapping[tuple[str, str], EncoderSpec], tree: Tree, committed: Tree
) -> list[Group]:
    """Return the groups, those of at least LONG seconds first, so that no core idles at the end.

    The others stay in the plan's order: neighbours share what a worker has open.
    """
    together: dict[str, list[Entry]] = {}
    for entry in todo:
        together.setdefault(group_key(specs[_key(entry)].inputs, entry.cell), []).append(entry)
    seconds = {key: sum(committed_seconds(committed, e) for e in group) for key, group in together.items()}
    order = sorted(together, key=lambda key: -seconds[key] if seconds[key] >= LONG else 0)
    return [Group(tuple((specs[_key(e)], e.cell) for e in together[key]), tree) for key in order]
