"""What bits by variance keep of each space's neighbours, and of those that few rows have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from report.findings.finding import Finding
from report.findings.words import encoder, listed, share, value
from report.tables.source import Source
from report.tables.space_bits import METHODS, POINT, SpaceLine
from report.verdicts.claims import percent

OWN = METHODS["axes-bits"]


def findings(source: Source) -> list[Finding]:
    """Return bits by variance beside the best other method, then near ties and anti-hubs."""
    at_point = [line for line in source.tables.space_bits if line.setting.point == POINT]
    return [*_beside(at_point), *_near_and_rare(source.tables.space_bits)]


def _beside(at_point: Sequence[SpaceLine]) -> Iterator[Finding]:
    """Yield what bits by variance find in the bytes of POINT, and what the best other method finds."""
    words, ids = [], []
    for name, group in groupby(at_point, key=lambda line: line.encoder):
        lines = list(group)
        own = next((line for line in lines if line.method == OWN), None)
        others = [line for line in lines if line.method != OWN]
        if own and others:
            best = max(others, key=lambda line: line.recall.value)
            words.append(
                f"{share(own.recall)} on {encoder(name)} in {own.setting.bytes} bytes "
                f"({best.method}: {value(best.recall)})"
            )
            ids += [own.id, best.id]
    if words:
        yield Finding(
            "Of the ten nearest neighbours, uncentred principal axes with bits by variance find "
            f"{listed(words)}.",
            tuple(ids),
        )


def _near_and_rare(lines: Sequence[SpaceLine]) -> Iterator[Finding]:
    """Yield how much near ties add to the recall of settings, and how many find anti-hubs less often."""
    if not lines:
        return
    added = sorted(lines, key=lambda line: line.near.value - line.recall.value)
    fewer = sum(line.rare.value < line.recall.value for line in lines)
    least, most = (percent(line.near.value - line.recall.value) for line in (added[0], added[-1]))
    yield Finding(
        f"Where rows within a hundredth of the tenth distance count as found, recall is {least} to {most} "
        "points higher. Neighbours that few rows have (anti-hubs) are found less often than others by "
        f"{fewer} of {len(lines)} settings.",
        (added[0].id, added[-1].id),
    )
