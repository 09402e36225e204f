"""Three stages on and off."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding
from report.findings.words import encoder, listed, share, value
from report.tables.source import Source
from report.tables.stages import SUITE, StageAblation

PROTOCOL = "decontaminated"


def findings(source: Source) -> list[Finding]:
    """Return the sentences on task preservation, on the 8 bits before the map, and on the map."""
    lines = {name: _lines(source, name) for name in source.tables.stages.encoders()}
    whole = {name: own for name, own in lines.items() if "all three" in own}
    return [
        *_published(source, whole),
        *_beside(whole, "without the 8 bits", "without the first stage (8 bits per dimension)"),
        *_beside(whole, "AQEA for the lens", "with the reference method AQEA in place of the lens"),
    ]


def _lines(source: Source, name: str) -> dict[str, StageAblation]:
    return {line.what: line for line in source.tables.stages.ablations(name)}


def _published(source: Source, whole: dict[str, dict[str, StageAblation]]) -> Iterator[Finding]:
    """Yield task preservation beside the published value."""
    published = {line.encoder: line.task for line in source.tables.stages.published()}
    values, evidence = [], []
    for name, lines in whole.items():
        setting, mean = lines["all three"].line.setting, lines["all three"].line.stsb[PROTOCOL]
        if mean and (task := published.get(name)):
            values.append(
                f"{share(mean)} on {encoder(name)} in {setting.bytes} bytes (published: {task.printed})"
            )
            evidence.append(f"{SUITE}/{setting.group}")
    if values:
        yield Finding(
            f"Of the agreement with people on STS-B test, all three stages keep {listed(values)}.",
            tuple(evidence),
            ("C4",),
        )


def _beside(whole: dict[str, dict[str, StageAblation]], what: str, words: str) -> Iterator[Finding]:
    """Yield what one change makes of the agreement with people on STS12–16."""
    values, evidence = [], []
    for name, lines in whole.items():
        settings = [lines[key].line for key in (what, "all three") if key in lines]
        means = [mean for line in settings if (mean := line.unseen[PROTOCOL])]
        if len(means) > 1:
            values.append(f"{share(means[0])} on {encoder(name)} (all three stages: {value(means[1])})")
            evidence += [f"{SUITE}/{line.setting.group}" for line in settings]
    if values:
        yield Finding(
            f"Of the agreement with people on STS12–16, the pipeline {words} keeps {listed(values)}.",
            tuple(evidence),
        )
