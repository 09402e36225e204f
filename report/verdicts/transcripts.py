"""Checks of servers: what the smoke test's transcripts say of each, as judged rows."""

from __future__ import annotations

from dataclasses import replace

from harness.evidence.schema.transcript import ServerCheck
from harness.evidence.schema.verdict import TranscriptEvidence, Verdict, VerdictRow
from report.evidence.results import StampedTranscript
from report.verdicts.claim_rows import Check
from report.verdicts.claims import Claim
from report.verdicts.rows import Answer, Question, judged, unmeasured

ALL = "all"
_OTHER = "checked against our own reference server: says nothing of the published one"


def judged_checks(claim: Claim, transcripts: dict[str, StampedTranscript]) -> list[VerdictRow]:
    """Return a judged row for each check and server; its value is the share of checks that passed.

    ``encoder`` names the claim's server, ``server`` the one that answered.
    """
    return [
        judged(claim, _question(claim, check, server), _answer(claim, check, server, transcripts.get(server)))
        for check in claim.checks
        for server in claim.servers
    ]


def _question(claim: Claim, check: Check, server: str) -> Question:
    return Question(
        row=f"{check.row}.{server}",
        what=check.what,
        encoder=server,
        role=claim.servers[server].role,
        metric="passed@server",
        rule="equal",
        headline=check.headline,
        published=1.0,
        printed="passes",
    )


def _answer(claim: Claim, check: Check, server: str, stamped: StampedTranscript | None) -> Answer:
    checks = stamped.transcript.checks if stamped else []
    selected = [entry for entry in checks if check.check in {ALL, entry.name}]
    if stamped is None or not selected:
        return _no_transcript(claim, server)
    answered = stamped.transcript.server
    verdict, reason = _verdict(selected)
    if claim.servers[server].role != "as published":
        reason = "; ".join(filter(None, [reason, _OTHER]))
    passed = sum(entry.status == "PASS" for entry in selected)
    counted = verdict != "BLOCKED"  # where a check was skipped the share is no number
    return Answer(
        verdict=verdict,
        reason=reason,
        value=round(passed / len(selected), 9) if counted else None,
        n=len(selected),
        server=f"{answered.host} ({answered.name})" if answered.name else answered.host,
        printed={"value": f"{passed} of {len(selected)}", "low": "–", "high": "–"} if counted else {},
        evidence=[TranscriptEvidence(transcript=server, sha256=stamped.sha256)],
    )


def _verdict(selected: list[ServerCheck]) -> tuple[Verdict, str]:
    """Return the verdict on checks, and the first failed one, else the first skipped: later ones need it."""
    verdicts: tuple[tuple[str, Verdict], ...] = (("FAIL", "FAILS"), ("SKIPPED", "BLOCKED"))
    for status, verdict in verdicts:
        failing = [entry for entry in selected if entry.status == status]
        if failing:
            more = f" (and {len(failing) - 1} more)" if failing[1:] else ""
            return verdict, f"{failing[0].name}: {failing[0].found}{more}"
    return "HOLDS", ""


def _no_transcript(claim: Claim, server: str) -> Answer:
    remedy = claim.servers[server].remedy
    blocked = f"no transcript of {server}; to unblock: {remedy}" if remedy else None
    return replace(unmeasured(blocked, f"run the smoke test on {server}"), server="")
