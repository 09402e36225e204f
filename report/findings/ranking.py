"""Rankings distilled into few dimensions, beside principal axes."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, cells
from report.findings.words import counted
from report.tables.ranking import RankingPair
from report.tables.ranking_lines import LISTWISE, PUBLISHED
from report.tables.source import Source

METRIC = "knn-recall@10"


def findings(source: Source) -> list[Finding]:
    """Return the sentences on the chosen temperature and on the published one."""
    pairs = [pair for pair in source.tables.ranking.compared() if pair.metric == METRIC]
    return [
        *_tallied(pairs, LISTWISE, "Listwise distillation at the chosen temperature"),
        *_tallied(pairs, PUBLISHED, "At the published temperature it"),
    ]


def _tallied(pairs: list[RankingPair], method: str, words: str) -> Iterator[Finding]:
    """Yield how often a method finds more of the ten nearest than each simpler map."""
    own = [pair for pair in pairs if pair.line.method == method]
    if own:
        evidence = cells(pair.line.files[0] for pair in own)
        outcomes = [(pair.base.method, pair.paired.outcome) for pair in own]
        yield Finding(f"{words} finds the ten nearest neighbours {counted(outcomes)}.", evidence, ("R2",))
