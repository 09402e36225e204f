"""What the sharper methods keep, beside their targets."""

from __future__ import annotations

from report.findings.finding import Finding
from report.findings.words import encoder, listed, share
from report.tables.source import Source
from report.verdicts.claims import percent

CLEAN, CLAIMS = "decontaminated", ("F1", "F2", "F3", "F4", "F5")


def findings(source: Source) -> list[Finding]:
    """Return what each encoder keeps at each size, and which targets its mean does not reach."""
    targets = {
        (row.pipeline, name): row.published
        for claim in filter(None, map(source.claim, CLAIMS))
        for row in claim.rows
        if row.headline
        for name in row.encoders or ()
    }
    made = []
    for name in source.tables.sharper.rows.encoders("sharper-sts"):
        lines = [
            (line, mean, targets[line.setting.pipeline, name])
            for line in source.tables.sharper.lines()
            if line.encoder == name and (line.setting.pipeline, name) in targets
            if (mean := line.retention[CLEAN])
        ]
        if not lines:
            continue
        values = [
            f"{share(mean)} in {line.setting.bytes} bytes{' (asymmetric)' if line.setting.asymmetric else ''}"
            for line, mean, _ in lines
        ]
        missed = [
            f"{percent(target)} % in {line.setting.bytes} bytes" + (" (asymmetric)" * line.setting.asymmetric)
            for line, mean, target in lines
            if mean.value < target
        ]
        rest = f" The mean misses {listed(missed)}." if missed else " Every target is reached by the mean."
        sentence = f"{encoder(name)} keeps {listed(values)} of its agreement with people.{rest}"
        claims = CLAIMS[:4] if name == "minilm" else CLAIMS[4:]
        made.append(Finding(sentence, tuple(line.id for line, _, _ in lines), claims))
    return made
