"""Bounds on what was measured on a machine beside a result (time, memory), as judged rows.

Such numbers stand in envelopes, outside every content hash: another run has others, and the row names the
machine. The evidence of a row is the results that the envelopes belong to.
"""

from __future__ import annotations

from harness.evidence.schema.envelope import Envelope, number_at
from harness.evidence.schema.verdict import VerdictRow
from report.evidence.envelopes import envelope_of
from report.evidence.results import Evidence, Measured
from report.verdicts.claim_rows import Measure
from report.verdicts.claims import Claim
from report.verdicts.rows import Answer, Question, judged, unmeasured


def judged_measures(claim: Claim, evidence: Evidence) -> list[VerdictRow]:
    """Return a judged row for each bound and space: the largest of the seeds against the bound."""
    return [
        judged(claim, _question(claim, measure, encoder), _answer(claim, measure, encoder, evidence))
        for measure in claim.measures
        for encoder in claim.encoders
    ]


def _question(claim: Claim, measure: Measure, encoder: str) -> Question:
    return Question(
        row=f"{measure.row}.{encoder}",
        what=measure.what,
        encoder=encoder,
        role=claim.encoders[encoder],
        metric=measure.path.rpartition(".")[2] + "@envelope",
        rule="at most",
        headline=measure.headline,
        published=measure.published,
        printed=measure.printed,
    )


def _answer(claim: Claim, measure: Measure, encoder: str, evidence: Evidence) -> Answer:
    suite = str(claim.suite)
    numbers = [
        (number, measured, envelope)
        for measured, envelope in _envelopes(suite, measure, encoder, evidence)
        if (number := number_at(envelope, measure.path)) is not None
    ]
    if not numbers:
        entries = (
            entry for entry in evidence.blocked if (entry.suite, entry.cell.encoder) == (suite, encoder)
        )
        blocked = next((entry.reason for entry in entries), None)
        return unmeasured(blocked, f"run the suite {suite}, whose envelopes have it")
    worst = max(number for number, _, _ in numbers) / measure.scale
    machines = dict.fromkeys(envelope.machine for _, _, envelope in numbers)
    return Answer(
        verdict="HOLDS" if worst <= measure.published else "FAILS",
        reason="measured in one thread on " + "; ".join(machines),
        value=worst,
        n=len(numbers),
        seeds=len(numbers),
        printed={"value": f"{worst:.3g} {measure.unit}", "low": "–", "high": "–"},
        evidence=[measured.evidence for _, measured, _ in numbers],
    )


def _envelopes(
    suite: str, measure: Measure, encoder: str, evidence: Evidence
) -> list[tuple[Measured, Envelope]]:
    """Return the results that a bound is about and that have an envelope, each with it."""
    wanted = (suite, encoder, measure.pipeline, measure.point)
    about = [
        measured
        for measured in evidence.results
        if (measured.suite, measured.cell.encoder, measured.cell.pipeline, measured.cell.point) == wanted
    ]
    envelopes = [envelope_of(evidence.tree.root, measured.suite, measured.name) for measured in about]
    return [(measured, envelope) for measured, envelope in zip(about, envelopes, strict=True) if envelope]
