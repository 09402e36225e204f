"""Rankings distilled into few dimensions, beside principal axes."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, cells
from report.findings.words import counted, encoder, listed, share, value
from report.tables.ranking import RankingPair
from report.tables.ranking_lines import LISTWISE, PUBLISHED
from report.tables.rows import AXES
from report.tables.source import Source

METRIC, DIMS = "knn-recall@10", 32


def findings(source: Source) -> list[Finding]:
    """Return the sentences on the chosen temperature, on the published one, and on each space."""
    pairs = [pair for pair in source.tables.ranking.compared() if pair.metric == METRIC]
    return [
        *_tallied(pairs, LISTWISE, "Listwise distillation at the chosen temperature"),
        *_tallied(pairs, PUBLISHED, "At the published temperature it"),
        *_spaces(pairs),
    ]


def _tallied(pairs: list[RankingPair], method: str, words: str) -> Iterator[Finding]:
    """Yield how often a method finds more of the ten nearest than each simpler map."""
    own = [pair for pair in pairs if pair.line.method == method]
    if own:
        evidence = cells(pair.line.files[0] for pair in own)
        outcomes = [(pair.base.method, pair.paired.outcome) for pair in own]
        yield Finding(f"{words} finds the ten nearest neighbours {counted(outcomes)}.", evidence, ("R2",))


def _spaces(pairs: list[RankingPair]) -> Iterator[Finding]:
    """Yield the chosen setting beside principal axes in each space."""
    own = [
        pair
        for pair in pairs
        if (pair.line.method, pair.base.method, pair.line.dims) == (LISTWISE, AXES, DIMS)
    ]
    values = [
        f"{share(pair.line.values[METRIC])} on {encoder(pair.line.encoder)} "
        f"(uncentred principal axes: {value(pair.base.values[METRIC])})"
        for pair in own
    ]
    if values:
        evidence = cells(file for pair in own for file in (pair.line.files[0], pair.base.files[0]))
        yield Finding(
            f"Of the ten nearest neighbours, it finds {listed(values)} in {DIMS} dimensions at the chosen "
            f"temperature.",
            evidence,
            ("R1", "R2"),
        )
