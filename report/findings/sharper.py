"""What the sharper methods keep, beside their targets."""

from __future__ import annotations

from itertools import starmap

from report.evidence.values import Mean
from report.findings.finding import Finding
from report.findings.words import encoder, listed, share
from report.tables.sharper import SUITE, SharperLine
from report.tables.source import Source
from report.tables.sts import CLEAN
from report.verdicts.claims import percent

CLAIMS = {"minilm": ("F1", "F2", "F3", "F4"), "mpnet": ("F5",)}


def findings(source: Source) -> list[Finding]:
    """Return for each encoder what it keeps at each size beside the target, and how many means reach it."""
    sharper, targets = source.tables.sharper, _targets(source)
    made = []
    for name in sharper.rows.encoders(SUITE):
        kept = [
            (line, mean, targets[name, line.setting.pipeline])
            for line in sharper.lines()
            if line.encoder == name and (name, line.setting.pipeline) in targets
            if (mean := line.retention[CLEAN])
        ]
        if kept:
            reached = sum(mean.value >= target for _, mean, target in kept)
            count = f"{reached} of {len(kept)} targets" if reached else "none of its targets"
            sentence = f"On average, {encoder(name)} reaches {count}: {listed(starmap(_beside, kept))}."
            made.append(Finding(sentence, tuple(line.id for line, *_ in kept), CLAIMS.get(name, ())))
    return made


def _targets(source: Source) -> dict[tuple[str, str], float]:
    """Return the targets of headline rows by encoder and pipeline."""
    claims = [source.claim(name) for names in CLAIMS.values() for name in names]
    return {
        (name, row.pipeline): row.published
        for claim in filter(None, claims)
        for row in claim.rows
        if row.headline
        for name in row.encoders or ()
    }


def _beside(line: SharperLine, mean: Mean, target: float) -> str:
    """Return what a setting keeps, and its target."""
    one_side = ", one side compressed" if line.setting.asymmetric else ""
    return f"{share(mean)} in {line.setting.bytes} bytes{one_side} (target {percent(target)} %)"
