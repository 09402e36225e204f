"""Students of a space's neighbours, and the indexes that search them."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, cells
from report.findings.words import METHODS, counted, encoder, listed, share, value
from report.tables.neighbours import TARGET, Against
from report.tables.rows import AXES
from report.tables.source import Source
from report.tables.students import STUDENT
from report.verdicts.claims import percent

DIMS = 32


def findings(source: Source) -> list[Finding]:
    """Return the sentences on the published constraint, on simpler maps, and on the cheapest index."""
    pairs = [pair for pair in source.tables.neighbours.compared() if pair.base.method == AXES]
    return [*_constraint(pairs), *_tallied(pairs), *_cheapest(source)]


def _constraint(pairs: list[Against]) -> Iterator[Finding]:
    """Yield what the student finds again in each space, and the axes."""
    own = [pair for pair in pairs if (pair.line.method, pair.line.dims) == (STUDENT, DIMS)]
    values = [
        f"{share(pair.line.knn_recall)} on {encoder(pair.line.encoder)} (uncentred "
        f"principal axes: {value(pair.base.knn_recall)})"
        for pair in own
    ]
    if values:
        yield Finding(
            f"Of the ten nearest neighbours, the student in {DIMS} dimensions finds {listed(values)}. The "
            f"published constraint is {percent(TARGET)} %.",
            cells(file for pair in own for file in (pair.line.files[0], pair.base.files[0])),
            ("N1",),
        )


def _tallied(pairs: list[Against]) -> Iterator[Finding]:
    """Yield how often students find more than principal axes of as many dimensions."""
    if pairs:
        outcomes = counted((pair.base.method, pair.paired.outcome) for pair in pairs)
        yield Finding(
            f"By knn-recall@10, students with and without hard negatives are {outcomes}.",
            cells(pair.line.files[0] for pair in pairs),
        )


def _cheapest(source: Source) -> Iterator[Finding]:
    """Yield the cheapest configuration of one stage that reaches the constraint."""
    chosen = [
        (line.encoder, line.cheapest)
        for line in source.tables.neighbours.selected()
        if (line.stage, line.rule) == ("one", "strict") and line.cheapest
    ]
    values = [
        f"{best.line.use} on {encoder(name)} ({best.line.dims} dimensions, "
        f"{METHODS.get(best.line.method, best.line.method)}; {best.whole:.0f} bytes per row, "
        f"{value(best.reached)})"
        for name, best in chosen
    ]
    if values:
        yield Finding(
            f"The cheapest one-stage index whose whole interval meets the constraint is {listed(values)}; "
            f"selected here.",
            cells(best.line.files[0] for _, best in chosen),
            ("N1", "N2"),
        )
