"""Claims as they were judged: the rows of ``report/claims.json``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned

Verdict = Literal["REPRODUCED", "WITHIN_TOLERANCE", "NOT_REPRODUCED", "BLOCKED", "NOT_RUN"]
Role = Literal["as published", "same space", "analogue"]
Rule = Literal["at least", "at most", "equal"]
Kind = Literal["extrinsic", "intrinsic", "retrieval", "engineering"]


class CellEvidence(Model):
    """A result that a verdict rests on."""

    cell: Name = Field(description="Suite and cell, '<suite>/<cell>'.")
    sha256: Sha256 = Field(description="Certificate of the result.")


class TranscriptEvidence(Model):
    """A transcript that a verdict rests on."""

    transcript: Name = Field(description="Server that was asked.")
    sha256: Sha256 = Field(description="Certificate of the transcript.")


class Printed(Model):
    """The numbers of a row as they are printed; those that were not measured are left out."""

    published: str = Field(description="Published number, as published.")
    value: str | None = Field(default=None, description="Value here.")
    low: str | None = Field(default=None, description="Lower end of the interval.")
    high: str | None = Field(default=None, description="Upper end of the interval.")


class VerdictRow(Model):
    """One published number against the evidence, for one encoder, training split and protocol."""

    id: Name = Field(description="Claim.")
    kind: Kind = Field(description="What the claim is about.")
    source: Name = Field(description="Where the claim was published.")
    sentence: Name = Field(description="The claim in one sentence.")
    row: Name = Field(description="Row of the claim, with the encoder and training split.")
    what: Name = Field(description="What the number is.")
    encoder: str = Field(description="Encoder, or the server that was to be asked; empty for neither.")
    role: Role = Field(description="Part of the encoder or server in the claim.")
    train: str = Field(description="Training split; empty where it plays no part.")
    protocol: str = Field(description="Protocol; empty where it plays no part.")
    metric: Name = Field(description="Metric and reference.")
    rule: Rule = Field(description="Side of the published number on which the claim holds.")
    headline: bool = Field(description="Whether the row stands in the summary.")
    published: float | None = Field(description="Published number, in the metric's unit; null for none.")
    value: float | None = Field(description="Value here; null where nothing was measured.")
    low: float | None = Field(description="Lower end of the interval; null for no interval.")
    high: float | None = Field(description="Upper end of the interval; null for no interval.")
    n: Count | None = Field(description="Items behind the value.")
    seeds: Count | None = Field(description="Seeds that the value is the mean of.")
    jitter: float | None = Field(
        default=None, description="Largest move under disturbance; only of an unstable pipeline."
    )
    server: str | None = Field(default=None, description="Server that answered; only of a check of servers.")
    printed: Printed = Field(description="The numbers as printed.")
    verdict: Verdict = Field(description="What the evidence says.")
    reason: str = Field(description="Why there is no value, or what else has to be said.")
    evidence: list[CellEvidence | TranscriptEvidence] = Field(description="What the verdict rests on.")

    def as_json(self) -> dict[str, Any]:
        """Return the row as ``claims.json`` has it: without the keys that were never given."""
        return self.model_dump(exclude_unset=True)


class Claims(Versioned):
    """Every judged row."""

    claims: list[VerdictRow] = Field(description="The rows, claim by claim.")
