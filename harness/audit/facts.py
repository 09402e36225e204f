"""What the rules of an audit look at, and how a warning is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.audit.frontier import Question
from harness.audit.split import Split
from harness.evidence.schema.audit import (
    DataProfile,
    Drift,
    LeftOutConfiguration,
    PredictionSummary,
    RuleWarning,
    Source,
)
from harness.evidence.schema.audit_frontier import Configuration


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at."""

    sources: Sequence[Source]
    profile: DataProfile
    split: Split
    queries: int
    labels: Sequence[str]
    frontier: Sequence[Configuration]
    recommended: Configuration | None
    left_out: Sequence[LeftOutConfiguration]
    prediction: PredictionSummary | None
    drift: Drift | None
    question: Question


def warn(rule: str, message: str, numbers: dict[str, float]) -> RuleWarning:
    """Return a warning of a rule with the numbers that made it fire."""
    return RuleWarning(rule=rule, message=message, numbers=numbers)
