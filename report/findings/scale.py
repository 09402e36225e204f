"""Recall at fixed bytes as the corpus grows."""

from __future__ import annotations

from collections.abc import Sequence

from report.evidence.values import Mean
from report.findings.finding import Finding
from report.tables.scale import ScaleLine
from report.tables.source import Source
from report.verdicts.claims import percent

BYTES = 48  # of the pipelines that are compared


def findings(source: Source) -> list[Finding]:
    """Return what pipelines of BYTES bytes find again in the smallest and in the largest corpus."""
    lines = [line for line in source.tables.scale if line.bytes == BYTES]
    by_label: dict[str, list[ScaleLine]] = {}
    for line in lines:
        by_label.setdefault(line.label, []).append(line)
    ends = [(label, own[0], own[-1]) for label, own in by_label.items() if own[0].vectors < own[-1].vectors]
    if not ends:
        return []
    _, first, last = max(ends, key=lambda end: end[2].vectors)
    sizes = first.vectors, last.vectors
    ends = [end for end in ends if (end[1].vectors, end[2].vectors) == sizes]
    best, _, _ = max(ends, key=lambda end: end[2].recall.value)
    few, many = _span([one.recall for _, one, _ in ends]), _span([one.recall for _, _, one in ends])
    return [
        Finding(
            f"{BYTES} bytes find {few} of the ten nearest among {first.vectors:,} planted vectors and {many} "
            f"among {last.vectors:,}, there most with {best}.",
            tuple(line.id for _, *both in ends for line in both),
        )
    ]


def _span(means: Sequence[Mean]) -> str:
    """Return the least and the most of means in per cent."""
    values = sorted(mean.value for mean in means)
    return f"{percent(values[0])} to {percent(values[-1])} %"
