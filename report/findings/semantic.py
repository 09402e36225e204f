"""Discrete codes of a few symbols."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding
from report.findings.words import METHODS, counted, encoder, listed, share, value
from report.tables.codes import BASELINES, FAMILIES, CodeLine
from report.tables.semantic import ENOUGH, SUITE
from report.tables.source import Source
from report.verdicts.claims import percent

FSQ, SIGNS = FAMILIES["fsq"], BASELINES["projection"]
POSSIBLE = 2560  # codes of the published size


def findings(source: Source) -> list[Finding]:
    """Return the sentences on the published size, on the bits that are needed, and on untrained signs."""
    return [*_published(source), *_needed(source), *_tallied(source)]


def published_size(source: Source) -> list[CodeLine]:
    """Return the FSQ lines of the published number of codes with several seeds, one a space."""
    lines = [
        line
        for line in source.tables.semantic.described()
        if line.family == FSQ and line.codes and line.codes.possible == POSSIBLE and line.seeds > 1
    ]
    rated = [line for line in lines if line.dataset.startswith("stsb")]
    return list({line.encoder: line for line in [*lines, *rated]}.values())


def _published(source: Source) -> Iterator[Finding]:
    """Yield what the published number of codes keeps."""
    lines = [line for line in published_size(source) if line.pairs and line.random]
    values = [
        f"{share(line.pairs)} on {encoder(line.encoder)} (random pairs: {value(line.random)})"
        for line in lines
        if line.pairs and line.random
    ]
    if values:
        yield Finding(
            f"Of the original similarities (Spearman), semantic IDs of {POSSIBLE:,} codes keep "
            f"{listed(values)}. The published goal is {percent(ENOUGH, 0)} %.",
            _ids(lines),
            ("S2",),
        )


def _needed(source: Source) -> Iterator[Finding]:
    """Yield the fewest bits at which enough is kept, over all families, of pairs and of random pairs."""
    spaces = {(line.encoder, line.dataset) for line in published_size(source)}
    parts, evidence = [], []
    for space in sorted(spaces):
        reached = [x for x in source.tables.semantic.reached() if (x.encoder, x.dataset) == space]
        words, reached_any = [], False
        for name, what in (("pairs", "pairs"), ("random", "random pairs")):
            first = [line for family in reached if (line := family.first(name))]
            line = min(first, key=lambda line: line.bits, default=None)
            words.append(
                f"{METHODS.get(line.family, line.family)} of {line.bits:.0f} bits on {what}"
                if line
                else f"no measured code on {what}"
            )
            evidence += [line] if line else []
            reached_any = reached_any or line is not None
        parts.append(f"of {encoder(space[0])}, {listed(words) if reached_any else 'none measured'}")
    if parts:
        yield Finding(
            f"The smallest codes of any family that keep {percent(ENOUGH, 0)} % of the similarities: "
            f"{'; '.join(parts)}.",
            _ids(evidence),
            ("S3",),
        )


def _tallied(source: Source) -> Iterator[Finding]:
    """Yield how often FSQ keeps more than untrained signs of as many bytes."""
    own = [x for x in source.tables.semantic.compared() if (x.line.family, x.base.family) == (FSQ, SIGNS)]
    outcomes = {
        of: [(x.base.family, x.paired.outcome) for x in own if x.of == of] for of in ("pairs", "random")
    }
    if all(outcomes.values()):
        yield Finding(
            f"On the pairs of a set, FSQ is {counted(outcomes['pairs'])} of as many bytes; on random pairs, "
            f"it is {counted(outcomes['random'])}.",
            _ids([pair.line for pair in own]),
        )


def _ids(lines: list[CodeLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{SUITE}/{line.group}" for line in lines))
