"""What the report calls its evidence: cells, transcripts, claims and rows of claims, by their ids."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.model import parse
from harness.evidence.schema.verdict import BoardEntry, Claims, TranscriptEvidence, VerdictRow
from harness.evidence.stability import Key
from harness.evidence.stamp import read_json

TRANSCRIPTS = "transcripts"
FORMS = "<suite>/<cell>, <suite>/<cell>/<protocol>/<dataset>/<metric>, transcripts/<server>, C8 or C8:<row>"


@dataclass(frozen=True, slots=True)
class CellReference:
    """A cell of a suite, or one of its values."""

    suite: str
    cell: str
    value: Key | None = None

    @property
    def id(self) -> str:
        """Return ``<suite>/<cell>``."""
        return f"{self.suite}/{self.cell}"


@dataclass(frozen=True, slots=True)
class TranscriptReference:
    """The transcript of a server."""

    server: str

    @property
    def id(self) -> str:
        """Return ``transcripts/<server>``."""
        return f"{TRANSCRIPTS}/{self.server}"

    @property
    def command(self) -> str:
        """Return what asks the server again: the reference server of this machine, or another."""
        out = f"out/transcripts/{self.server}.json"
        if self.server == "loopback":
            return f"harness serve --check {out}"
        return f"python3 repro/api_smoketest.py --base-url https://{self.server} --out {out}"


@dataclass(frozen=True, slots=True)
class ClaimReference:
    """A claim, or one of its rows."""

    claim: str
    row: str | None = None


Reference = CellReference | TranscriptReference | ClaimReference


def reference(text: str) -> Reference:
    """Return what an id refers to; raise InputError where it has no form of an id."""
    parts = text.split("/")
    if match := re.fullmatch(r"([A-Z]\d+)(?::([^/]+))?", text):
        return ClaimReference(match[1], match[2])
    if all(re.fullmatch(r"[^\s.\0][^\s\0]*", part) for part in parts):  # no part leads out of a folder
        if len(parts) == 2 and parts[0] == TRANSCRIPTS:  # noqa: PLR2004 - <folder>/<server>
            return TranscriptReference(parts[1])
        if len(parts) == 2:  # noqa: PLR2004 - <suite>/<cell>
            return CellReference(parts[0], parts[1])
        if len(parts) == 5:  # noqa: PLR2004 - and protocol, data set, metric
            return CellReference(parts[0], parts[1], (parts[2], parts[3], parts[4]))
    raise InputError(f"found {text!r}, expected an id: {FORMS}")


def check_cell(tree: Tree, named: CellReference) -> None:
    """Raise InputError, with the nearest names, where ``tree`` has no such result."""
    if not tree.result(named.suite, named.cell).is_file():
        cells = [f"{path.parent.name}/{path.stem}" for path in tree.results()]
        near = difflib.get_close_matches(named.id, cells, n=3, cutoff=0.7)
        hint = f"; near it: {', '.join(near)}" if near else "; harness results lists them"
        raise InputError(f"{tree.root}: found no result {named.id}, expected one that is there{hint}")


def read_claims(tree: Tree) -> Claims:
    """Return the judged claims of a tree; raise InputError where its report was not rendered."""
    path = tree.report() / "claims.json"
    if not path.is_file():
        raise InputError(f"{path}: not found, expected the claims: harness report --from {tree.root}")
    return parse(Claims, read_json(path), path)


def claim_rows(claims: Claims, named: ClaimReference) -> tuple[BoardEntry, list[VerdictRow]]:
    """Return the board's entry of a claim and its rows, or those of the row named.

    The row that decides comes first, then those with evidence.
    A row is named as the claim's file has it, or with encoder and training split behind. Raises InputError.
    """
    entry = next((entry for entry in claims.board if entry.id == named.claim), None)
    if entry is None:
        ids = ", ".join(entry.id for entry in claims.board)
        raise InputError(f"found the claim {named.claim!r}, expected one of {ids}")
    rows = [row for row in claims.claims if row.id == named.claim]
    chosen = [row for row in rows if named.row in {None, row.row, name_in_file(row)}]
    if not chosen:
        names = ", ".join(dict.fromkeys(map(name_in_file, rows)))
        raise InputError(f"{named.claim}: found the row {named.row!r}, expected one of {names}")
    decides = entry.row, entry.protocol
    return entry, sorted(chosen, key=lambda row: ((row.row, row.protocol) != decides, not row.evidence))


def name_in_file(row: VerdictRow) -> str:
    """Return the name of a row in the claim's file: without its encoder and training split."""
    behind = ".".join(part for part in (row.encoder, row.train) if part)
    return row.row.removesuffix(f".{behind}") if behind else row.row


def evidence_ids(row: VerdictRow) -> list[str]:
    """Return what a row rests on, by id."""
    return [
        f"{TRANSCRIPTS}/{each.transcript}" if isinstance(each, TranscriptEvidence) else each.cell
        for each in row.evidence
    ]
