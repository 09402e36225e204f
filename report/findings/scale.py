"""Recall at fixed bytes as the corpus grows."""

from __future__ import annotations

from report.findings.finding import Finding
from report.findings.words import listed, share
from report.tables.scale import ScaleLine
from report.tables.source import Source

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
    values = [f"{share(small.recall)} and {share(large.recall)} ({label})" for label, small, large in ends]
    return [
        Finding(
            f"Among {first.vectors:,} and among {last.vectors:,} planted vectors, {BYTES} bytes find of the "
            f"ten nearest neighbours {listed(values)}.",
            tuple(line.id for _, *both in ends for line in both),
        )
    ]
