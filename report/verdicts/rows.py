"""A judged row: the question of a claim, and the answer of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from harness.evidence.schema.verdict import (
    CellEvidence,
    PublishedNumber,
    Role,
    Rule,
    TranscriptEvidence,
    Verdict,
    VerdictRow,
)
from report.verdicts.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a row asks: everything but the answer. ``printed``: the published number as published."""

    row: str
    what: str
    encoder: str
    role: Role
    train: str = ""
    protocol: str = ""
    metric: str
    rule: Rule
    headline: bool
    published: float | None
    printed: str
    selected_here: bool = False
    arithmetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the evidence answers. ``printed``: value, low and high as they are printed.

    ``number``: whether the published number is reproduced, None where it is compared with nothing.
    ``jitter`` and ``server`` are None where they play no part.
    """

    verdict: Verdict
    number: PublishedNumber | None = None
    reason: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    seeds: int | None = None
    jitter: float | None = None
    server: str | None = None
    printed: dict[str, str] = field(default_factory=dict)
    evidence: Sequence[CellEvidence | TranscriptEvidence] = ()


def judged(claim: Claim, question: Question, answer: Answer) -> VerdictRow:
    """Return the row of a claim, not locked; its JSON has no ``jitter`` or ``server`` where they are None."""
    claim_fields = claim.model_dump(include={"id", "kind", "source", "sentence"})
    printed = {"published": question.printed, **answer.printed}
    answered = {name: each for name, each in asdict(answer).items() if name not in {"jitter", "server"}}
    optional = {"jitter": answer.jitter, "server": answer.server}
    return VerdictRow.model_validate({
        **claim_fields,
        "origin": claim.origin,
        "lock": "not locked",
        **asdict(question),
        **answered,
        **{name: each for name, each in optional.items() if each is not None},
        "printed": printed,
        "evidence": list(answer.evidence),
    })  # fmt: skip


def unmeasured(blocked: str | None, to_do: str) -> Answer:
    """Return the answer without a measurement: BLOCKED with the reason, else NOT_RUN with what ``to_do``."""
    return Answer(verdict="BLOCKED", reason=blocked) if blocked else Answer(verdict="NOT_RUN", reason=to_do)
