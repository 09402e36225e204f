"""The auto-encoder system with real encoders on both sides: side by side, mapped, and auto-encoded."""

from __future__ import annotations

from collections.abc import Iterator

from report.evidence.paired import Difference
from report.findings.finding import Finding, ids
from report.findings.words import encoder, listed, points, share, value
from report.tables.encoder_steps import DATASET, KEPT, LARGE, MEASURED, PROTOCOL, SMALL, StepLine
from report.tables.source import Source

POINTS = ("half", "quarter")
ALONE = ("mpnet-retrieval", "paraphrase-minilm-l3")  # encoders whose auto-encoders are measured by themselves


def findings(source: Source) -> list[Finding]:
    """Return a sentence for each question, those of the first space with evidence before the others."""
    lines: dict[str, dict[str, StepLine]] = {}
    for line in source.tables.encoder_steps:
        lines.setdefault(line.encoder, {})[line.step] = line
    mapped, sides = [*_mapped(lines)], [*_sides(lines)]
    return [*mapped[:1], *sides[:1], *_kept(source), *mapped[1:], *sides[1:]]


def _mapped(lines: dict[str, dict[str, StepLine]]) -> Iterator[Finding]:
    """Yield how the map with a residual link compares with the small encoders, and its target with them."""
    for space, steps in lines.items():
        if not {"small", "mapped-residual", "large-encoded"} <= set(steps):
            continue
        small, mapped, target = (steps[name] for name in ("small", "mapped-residual", "large-encoded"))
        yield Finding(
            f"The nDCG@10 of {SMALL[space]} on {DATASET} is {value(mapped.ndcg)} mapped onto auto-encoded "
            f"{LARGE[space]} in {mapped.dims} dimensions, and {value(small.ndcg)} unmapped"
            f"{_apart(mapped.less)}; that of {LARGE[space]}, auto-encoded, is {value(target.ndcg)}"
            f"{_apart(target.less)}.",
            (mapped.id, target.id, small.id),
            ("A6",),
        )


def _sides(lines: dict[str, dict[str, StepLine]]) -> Iterator[Finding]:
    """Yield how much of the nDCG@10 of all encoders side by side each part keeps alone."""
    for space, steps in lines.items():
        parts = [steps[name] for name in ("large", "small") if name in steps]
        shares = [f"{part.what} {share(part.retention)}" for part in parts if part.retention]
        if len(shares) == 2 and "identity" in steps:  # noqa: PLR2004 - both parts
            whole = steps["identity"]
            yield Finding(
                f"Side by side, {LARGE[space]} and {SMALL[space]} have an nDCG@10 of {value(whole.ndcg)} on "
                f"{DATASET}; of that, {listed(shares)} keep alone.",
                (whole.id, *(part.id for part in parts)),
                ("A2",),
            )


def _kept(source: Source) -> Iterator[Finding]:
    """Yield what auto-encoders of half and of a quarter of the dimensions keep."""
    words, evidence = [], []
    for name in ALONE:
        suite, train = MEASURED[name]
        numbers = [
            source.number((suite, name, train), ("autoencoder-ratio", point), (DATASET, KEPT), PROTOCOL)
            for point in POINTS
        ]
        own = [number for number in numbers if number]
        if len(own) == len(POINTS):
            words.append(f"{encoder(name)} {listed(share(number.mean) for number in own)}")
            evidence += own
    if words:
        yield Finding(
            f"Auto-encoded to half and to a quarter of the dimensions, encoders keep of their nDCG@10 on "
            f"{DATASET}: {'; '.join(words)}.",
            ids(evidence),
            ("A7",),
        )


def _apart(less: Difference | None) -> str:
    """Return a difference from the unmapped encoders in brackets, and whether chance explains it."""
    if less is None or less.low is None or less.high is None:
        return ""
    chance = ", not significant" if less.low <= 0 <= less.high else ""
    return f" (a difference of {points(less)}{chance})"
