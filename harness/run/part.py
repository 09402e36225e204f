"""A part of a shard: its cells that are still to do, measured while its lease is held."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evaluation.context import EncoderSpec
from harness.evidence.layout import Tree
from harness.parallel.leases import Lease
from harness.planning.status import Entry, restated
from harness.run.group import Group, run_group


@dataclass(frozen=True, slots=True)
class Work:
    """Cells that are fitted together, each with its encoder's spec, and the tree that results go to."""

    entries: tuple[Entry, ...]
    specs: tuple[EncoderSpec, ...]
    tree: Tree


def run_part(work: Work, lease: Lease) -> tuple[int, list[str]]:
    """Measure the cells that are to do now; return how many there were, and a line for each that failed.

    Raises LeaseLostError, before it writes, where another process has taken the part over.
    """
    cells = [
        (spec, entry.cell)
        for spec, entry in zip(work.specs, work.entries, strict=True)
        if restated(entry, work.tree).state == "to do"
    ]
    lease.check()
    for spec, cell in cells:  # out of date: nothing may be left to be mixed in if the cell fails now
        work.tree.result(spec.suite, cell.id).unlink(missing_ok=True)
    return run_group(Group(tuple(cells), work.tree), lease.check)
