"""Published numbers, as claims print them."""

from __future__ import annotations

from dataclasses import dataclass

from report.verdicts.claims import Claim


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """A published number as printed, and as a fraction."""

    printed: str
    value: float


def published(
    claims: list[Claim], claim_id: str, metric: str = "spearman@original"
) -> dict[str, PublishedNumber]:
    """Return what a claim prints of a metric for each space: the number as printed, and as a fraction."""
    numbers: dict[str, PublishedNumber] = {}
    for claim in claims:
        for row in claim.rows:
            if claim.id == claim_id and row.metric == metric:
                for encoder in row.encoders or claim.encoders:
                    numbers.setdefault(encoder, PublishedNumber(row.printed, row.published))
    return numbers
