"""Whether a claim was locked, as it stands today, before its evidence was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.evidence.claims_lock import LOCK
from harness.evidence.layout import Tree
from harness.evidence.schema.lock import ClaimsLock
from harness.evidence.schema.model import parse
from harness.evidence.schema.verdict import CellEvidence, LockState, TranscriptEvidence
from harness.evidence.stamp import read_json
from report.evidence.envelopes import envelope_of


@dataclass(frozen=True, slots=True)
class Locks:
    """The digests of the claims today, and those that the results of a tree were made under."""

    tree: Tree
    today: dict[str, str]
    _of_cells: dict[str, dict[str, str]] = field(default_factory=dict)
    _read: dict[str, dict[str, str]] = field(default_factory=dict)

    def state(self, claim_id: str, evidence: Sequence[CellEvidence | TranscriptEvidence]) -> LockState:
        """Return the state of a claim with respect to the evidence of a verdict.

        'changed after its evidence': a result was made under another digest of the claim. 'not locked': a
        result, or a transcript, names no lock that has the claim. 'locked' otherwise: nothing measured is
        nothing that the claim could follow.
        """
        today = self.today.get(claim_id)
        digests = {self._of(each).get(claim_id) for each in evidence}
        if digests - {today, None}:
            return "changed after its evidence"
        return "not locked" if today is None or None in digests else "locked"

    def _of(self, evidence: CellEvidence | TranscriptEvidence) -> dict[str, str]:
        """Return the digests of the claims that one piece of evidence was made under."""
        if isinstance(evidence, TranscriptEvidence):
            return {}  # a transcript names no lock
        if evidence.cell not in self._of_cells:
            suite, _, cell = evidence.cell.partition("/")
            envelope = envelope_of(self.tree.root, suite, cell)
            sha256 = envelope.claims_lock if envelope else None
            self._of_cells[evidence.cell] = self._named(sha256) if sha256 else {}
        return self._of_cells[evidence.cell]

    def _named(self, sha256: str) -> dict[str, str]:
        """Return the digests of a lock by its sha256; nothing where the tree does not hold it."""
        if sha256 not in self._read:
            path = self.tree.lock(sha256)
            self._read[sha256] = _digests(path) if path.is_file() else {}
        return self._read[sha256]


def read_locks(tree: Tree) -> Locks:
    """Return the locks of a tree beside today's; raise InputError for a lock that is none."""
    return Locks(tree, _digests(LOCK))


def _digests(path: Path) -> dict[str, str]:
    return dict(parse(ClaimsLock, read_json(path), path).claims)
