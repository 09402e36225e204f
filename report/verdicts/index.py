"""Evidence by what selects it: how the rows of claims find theirs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

from harness.evidence.schema.verdict import CellEvidence
from report.evidence.means import Comparisons
from report.evidence.results import BlockedEntry, Evidence
from report.evidence.rows import Row, rows_of

PipelineKey: TypeAlias = tuple[str, str, str, str | None]  # suite, encoder, pipeline and point


@dataclass(frozen=True, slots=True)
class Index:
    """Flat rows by what selects them, with each cell's sha256. Grids are left out: no claim is about one."""

    rows: dict[tuple[PipelineKey, str, str, str, str], list[Row]]
    trains: dict[PipelineKey, dict[str, None]]
    evidence: dict[tuple[str, str], CellEvidence]
    blocked: dict[tuple[str, str], list[BlockedEntry]]
    comparisons: Comparisons

    def why_blocked(self, suite: str, encoder: str, train: str) -> str | None:
        """Return why cells of a training split could not run, and the remedy; None where they could."""
        entries = self.blocked.get((suite, encoder), ())
        return next((entry.reason for entry in entries if entry.cell.train == train), None)


def indexed(evidence: Evidence) -> Index:
    """Return the evidence by what selects it."""
    index = Index(defaultdict(list), defaultdict(dict), {}, defaultdict(list), evidence.comparisons)
    for measured in evidence.results:
        index.evidence[measured.suite, measured.name] = measured.evidence
        for row in () if measured.cell.grid else rows_of(measured):
            pipeline = (row.suite, row.encoder, row.pipeline, row.point)
            index.trains[pipeline][row.train] = None
            index.rows[pipeline, row.train, row.protocol, row.dataset, row.metric].append(row)
    for entry in evidence.blocked:
        index.blocked[entry.suite, entry.cell.encoder].append(entry)
    return index
