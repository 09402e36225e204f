"""What a claim rests on, run again alone: its cells, what they cost before, and how the rerun compares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.errors import BlockedError, InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.model import parse
from harness.evidence.schema.verdict import BoardEntry, CellEvidence, TranscriptEvidence, VerdictRow
from harness.evidence.stamp import read_json
from harness.planning.status import Entry
from harness.run.compare import Line, compare
from harness.run.compare_means import compare_means
from harness.verification import plans
from harness.verification.references import (
    CellReference,
    ClaimReference,
    Reference,
    TranscriptReference,
    check_cell,
    claim_rows,
    read_claims,
)

CellId = tuple[str, str]  # suite and cell


@dataclass(frozen=True, slots=True)
class Target:
    """The cells to run again, and the rows of a claim that they decide; no row where a cell was named."""

    cells: tuple[CellId, ...]
    rows: tuple[VerdictRow, ...] = ()
    entry: BoardEntry | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What the cells took when they were made, and on which machines; ``unknown`` of them say neither."""

    seconds: float
    machines: tuple[str, ...]
    unknown: int


def target(named: Reference, committed: Tree) -> Target:
    """Return what an id stands for: a claim for its deciding row, ``C8:row`` for that row, a cell for itself.

    Raises InputError where ``committed`` has it not, and BlockedError where it rests on no cell.
    """
    if isinstance(named, CellReference):
        check_cell(committed, named)
        return Target(((named.suite, named.cell),))
    if isinstance(named, TranscriptReference):
        raise BlockedError(f"{named.id} is of a server, not of a cell", named.command)
    return _claim_target(named, committed)


def _claim_target(named: ClaimReference, committed: Tree) -> Target:
    entry, rows = claim_rows(read_claims(committed), named)
    if named.row is None:  # the deciding row comes first
        rows = rows[:1]
    evidence = [each for row in rows for each in row.evidence]
    servers = [each.transcript for each in evidence if isinstance(each, TranscriptEvidence)]
    if servers:
        command = TranscriptReference(servers[0]).command
        raise BlockedError(f"{named.claim} rests on the transcript of {servers[0]}, on no cell", command)
    cells = {each.cell: None for each in evidence if isinstance(each, CellEvidence)}
    if not cells:
        reason = rows[0].reason or "nothing was measured"
        raise BlockedError(f"{named.claim}: {rows[0].row} rests on no cell", reason)
    pairs = (cell.partition("/") for cell in cells)
    return Target(tuple((suite, cell) for suite, _, cell in pairs), tuple(rows), entry)


def budget(cells: Iterable[CellId], committed: Tree) -> Budget:
    """Return what the committed envelopes say that cells cost; encoding the data is not in them."""
    paths = [committed.envelope(*cell) for cell in cells]
    envelopes = [parse(Envelope, read_json(path), path) for path in paths if path.is_file()]
    seconds = sum(envelope.seconds for envelope in envelopes)
    machines = tuple(dict.fromkeys(envelope.machine for envelope in envelopes))
    return Budget(seconds, machines, len(paths) - len(envelopes))


def chosen(entries: Sequence[Entry], cells: Sequence[CellId]) -> list[Entry]:
    """Return the entries of the cells.

    Raises InputError where no suite has one, and BlockedError, with input and remedy, where none can run.
    """
    by_cell = {(entry.cell.suite, entry.cell.id): entry for entry in entries}
    for suite, cell in cells:
        if (suite, cell) not in by_cell:
            raise InputError(
                f"{suite}/{cell}: the suite {suite} has no such cell; harness plan {suite} lists them"
            )
    listed = [by_cell[cell] for cell in cells]
    if not any(entry.can_run for entry in listed):
        raise BlockedError(f"{cells[0][0]}/{cells[0][1]}: {listed[0].why}", listed[0].remedy)
    return listed


def suite_files(cells: Iterable[CellId], committed: Tree) -> list[str]:
    """Return the paths of the cells' suites; raise InputError where there is no file of one."""
    files = plans.plans(committed)
    suites = sorted({suite for suite, _ in cells})
    if missing := [suite for suite in suites if suite not in files]:
        raise InputError(f"{missing[0]}: found no file of this suite, expected one that harness list names")
    return [str(files[suite].path) for suite in suites]


def compared(target: Target, out: Tree, committed: Tree) -> list[Line]:
    """Return the comparison of the target's cells, and for a claim of the means of their suites."""
    lines = [line for line in compare(out, committed) if (line.suite, line.cell) in target.cells]
    suites = {suite for suite, _ in target.cells} if target.rows else set()  # a seed alone has no mean
    return lines + [line for line in compare_means(out, committed) if line.suite in suites]


def changed(target: Target, rows: Iterable[VerdictRow], entry: BoardEntry) -> list[str]:
    """Return a line for each verdict that the rerun does not come to."""
    before = {(row.row, row.protocol): row.verdict for row in target.rows}
    lines = [
        f"{row.row}: {row.verdict} here, {verdict} committed"
        for row in rows
        if (verdict := before[row.row, row.protocol]) != row.verdict
    ]
    if target.entry and target.entry.verdict != entry.verdict:
        lines.append(f"{entry.id}: {entry.verdict} here, {target.entry.verdict} committed")
    return lines
