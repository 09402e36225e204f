"""Named points and their guardrails, and the OpenAI spaces."""

from __future__ import annotations

from collections import Counter

from report.findings.finding import Finding
from report.findings.words import encoder, listed
from report.tables.source import Source
from report.verdicts.guardrails import NOT_RECOMMENDED, RECOMMENDED, SUITE, OperatingPoint, guardrails


def findings(source: Source) -> list[Finding]:
    """Return the sentence on how many points keep their bounds, and on which do not."""
    lines = guardrails(source.evidence.results)
    if not lines:
        return []
    verdicts = Counter(line.verdict for line in lines)
    missed = [line for line in lines if line.verdict == NOT_RECOMMENDED]
    names = listed(f"{encoder(line.encoder)} {line.point}" for line in missed) if missed else "none"
    return [
        Finding(
            f"{verdicts[RECOMMENDED]} of {len(lines)} named points meet every bound on the space that they "
            f"are defined for; not recommended: {names}.",
            _ids(lines),
        )
    ]


def _ids(lines: list[OperatingPoint]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{SUITE}/{line.evidence[0].cell.partition('/')[2]}" for line in lines))
