"""All findings: a list a question, and the five that stand first."""

from __future__ import annotations

from dataclasses import asdict

from harness.evidence.schema.version import SCHEMA_VERSION
from harness.types import Json
from report.findings import (
    autoencoder,
    default_tools,
    disputes,
    encoder_steps,
    equal_bytes,
    folds,
    generalization,
    intrinsic,
    judged_bytes,
    neighbours,
    operating_points,
    ranking,
    scale,
    semantic,
    sharper,
    stages,
)
from report.findings.finding import Finding
from report.tables.source import Source

QUESTIONS = {
    "generalization": generalization.findings,
    "equal-bytes": equal_bytes.findings,
    "intrinsic": intrinsic.findings,
    "stages": stages.findings,
    "operating-points": operating_points.findings,
    "folds": folds.findings,
    "ranking": ranking.findings,
    "autoencoder": autoencoder.findings,
    "encoder-steps": encoder_steps.findings,
    "neighbours": neighbours.findings,
    "semantic": semantic.findings,
    "scale": scale.findings,
    "disputes": disputes.findings,
    "default-tools": default_tools.findings,
    "judged-bytes": judged_bytes.findings,
    "sharper": sharper.findings,
}


def findings(source: Source) -> dict[str, list[Finding]]:
    """Return the findings of each question; an empty list where there is no evidence."""
    return {name: answer(source) for name, answer in QUESTIONS.items()}


def findings_document(by_question: dict[str, list[Finding]]) -> Json:
    """Return the content of ``findings.json``: the findings of each question, and those that stand first."""
    return {
        "schema": SCHEMA_VERSION,
        "headlines": [asdict(finding) for finding in headlines(by_question)],
        "questions": {name: [asdict(finding) for finding in each] for name, each in by_question.items()},
    }


def headlines(by_question: dict[str, list[Finding]]) -> list[Finding]:
    """Return the five that stand first: fewer where evidence is missing."""
    return [
        *by_question["generalization"][:2],
        *by_question["equal-bytes"][:1],
        *by_question["autoencoder"][:1],
        *by_question["semantic"][:1],
    ]
