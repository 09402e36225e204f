"""What the same bytes buy."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, ids
from report.findings.generalization import DESIGN, RETENTION, SIGNS, retained
from report.findings.words import compared, encoder, listed, share
from report.tables import search
from report.tables.source import Source
from report.tables.sts import UNSEEN
from report.verdicts.claims import percent


def findings(source: Source) -> list[Finding]:
    """Return the sentences on untrained signs and on the search's goals."""
    return [*_signs(source), *_goals(source)]


def _signs(source: Source) -> Iterator[Finding]:
    """Yield untrained signs beside the published design, compared on the same resamples."""
    name = next(iter(source.tables.sts.encoders()), "")
    signs, design = (retained(source, name, pipeline, "decontaminated") for pipeline in (SIGNS, DESIGN))
    if signs is None or design is None:
        return
    less = source.difference(signs, design, ("decontaminated", UNSEEN, RETENTION))
    outcome = f" Compared on the same resamples, the signs keep {compared(less)}." if less else ""
    yield Finding(
        f"In {signs.setting.bytes} bytes, the signs of an untrained random projection keep "
        f"{share(signs.mean)} of {encoder(name)}'s agreement with people on the same pairs; the published "
        f"design keeps {share(design.mean)}.{outcome}{_best(source, name, signs.setting.bytes)}",
        ids([signs, design]),
        ("C8",),
    )


def _best(source: Source, name: str, size: int) -> str:
    """Return what the best of all measured pipelines keeps in as many bytes, as a sentence."""
    for line in source.tables.sts.sizes():
        mean = line.best.retention["decontaminated"]
        if (line.encoder, line.bytes) == (name, size) and mean:
            described = source.evidence.suites[line.best.suite].pipelines[line.best.setting.pipeline]
            return f" The best measured keeps {share(mean)}, selected here: {described.label}."
    return ""


def _goals(source: Source) -> Iterator[Finding]:
    """Yield what the search on STS-B dev came to, against the goals that were set before it."""
    for name in source.tables.search.encoders():
        goals = [line for line in source.tables.search.goals(name) if not line.asymmetric]
        best = {line.limit: line for line in reversed(goals)}  # the first of each size is what dev prefers
        if best:
            values = listed(
                f"{share(line.final)} in {line.line.setting.bytes} bytes (goal: {percent(line.goal)} %)"
                for line in best.values()
            )
            reached = sum(line.verdict == "reached" for line in best.values())
            yield Finding(
                f"On {encoder(name)}, the settings that are best on STS-B dev keep {values}: {reached} of "
                f"{len(best)} goals are reached.",
                tuple(f"{search.SUITE}/{line.line.setting.group}" for line in best.values()),
            )
