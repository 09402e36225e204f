"""The board: one line a claim, with the row that decides its verdict.

Of the claim's headline rows (of all where none is one) those with a value decide; a ratio that holds by
construction decides only a claim that has nothing else. Of these the nearest to what was published: the
published space before the same space with other data, and that before an analogue. Of these decontaminated
pairs before others. Of these the worst verdict. Where nothing is measured, the first row says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import get_args

from harness.evidence.schema.verdict import (
    BoardEntry,
    LockState,
    PublishedNumber,
    Role,
    TranscriptEvidence,
    Verdict,
    VerdictRow,
)
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.types import Json

_NEAREST: tuple[Role, ...] = get_args(Role)
_WORST: tuple[Verdict, ...] = ("FAILS", "INCONCLUSIVE", "HOLDS")
_WEAKEST: tuple[LockState, ...] = ("changed after its evidence", "not locked", "locked")
_CONSTRUCTED = "the ratio follows from the setting that is asked for: arithmetic, no measurement"


def board(rows: Sequence[VerdictRow]) -> list[BoardEntry]:
    """Return an entry for each claim that has rows, in the order of the rows."""
    return [_entry(list(of_claim)) for _, of_claim in groupby(rows, key=lambda row: row.id)]


def claims_document(rows: Sequence[VerdictRow]) -> Json:
    """Return the content of ``claims.json``: every judged row, and the board."""
    return {
        "schema": SCHEMA_VERSION,
        "claims": [row.as_json() for row in rows],
        "board": [entry.model_dump() for entry in board(rows)],
    }


def _entry(rows: list[VerdictRow]) -> BoardEntry:
    row = _deciding(rows)
    counted = [each.verdict for each in rows if not each.arithmetic]
    return BoardEntry(
        id=row.id,
        sentence=row.sentence,
        source=row.source,
        origin=row.origin,
        kind=row.kind,
        verdict=row.verdict,
        number=_number(row, rows),
        space=row.server or row.encoder,
        role=row.role,
        row=row.row,
        protocol=row.protocol,
        published=row.printed.published,
        value=row.printed.value,
        low=None if row.low is None else row.printed.low,
        high=None if row.high is None else row.printed.high,
        reason=_CONSTRUCTED if row.arithmetic and not row.reason else row.reason,
        selected_here=row.selected_here,
        arithmetic=row.arithmetic,
        rows={verdict: counted.count(verdict) for verdict in get_args(Verdict)},
        evidence=[
            f"transcripts/{each.transcript}" if isinstance(each, TranscriptEvidence) else each.cell
            for each in row.evidence
        ],
        lock=min((each.lock for each in rows if each.evidence), key=_WEAKEST.index, default=row.lock),
    )


def _deciding(rows: list[VerdictRow]) -> VerdictRow:
    headline = [row for row in rows if row.headline] or rows
    candidates = [row for row in headline if not row.arithmetic] or headline
    measured = [row for row in candidates if row.verdict in _WORST]
    return min(
        measured,
        key=lambda row: (
            _NEAREST.index(row.role),
            row.protocol != "decontaminated",
            _WORST.index(row.verdict),
        ),
        default=candidates[0],
    )


def _number(deciding: VerdictRow, rows: list[VerdictRow]) -> PublishedNumber | None:
    """Return what the deciding row says of the number, or else its twin on all pairs, as published."""
    twins = (row.number for row in rows if row.row == deciding.row and row.number)
    return deciding.number or next(twins, None)
