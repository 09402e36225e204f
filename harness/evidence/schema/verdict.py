"""Claims as they were judged: the rows of ``report/claims.json``, and the board with one entry a claim."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned

Verdict = Literal["HOLDS", "INCONCLUSIVE", "FAILS", "BLOCKED", "NOT_RUN"]
PublishedNumber = Literal["REPRODUCED", "ABOVE", "BELOW", "another space"]
Origin = Literal["published", "own"]
LockState = Literal["locked", "changed after its evidence", "not locked"]
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


class _OfClaim(Model):
    """What a row and an entry of the board have in common."""

    id: Name = Field(description="Claim.")
    kind: Kind = Field(description="What the claim is about.")
    source: Name = Field(description="Where the claim was published.")
    origin: Origin = Field(description="Whose claim it is: a published source's, or this project's own.")
    sentence: Name = Field(description="The claim in one sentence.")
    role: Role = Field(description="Part of the encoder or server in the claim.")
    verdict: Verdict = Field(description="Whether the claim holds here.")
    number: PublishedNumber | None = Field(
        description="Whether the published number is reproduced; null where it is compared with nothing: no"
        " published number, nothing measured, other pairs than the published ones, an own claim, arithmetic."
    )
    selected_here: bool = Field(
        description="Whether the best of several is quoted on the very set that it was selected on."
    )
    arithmetic: bool = Field(
        description="Whether the number holds by construction: it is listed, and counted with no claim."
    )
    lock: LockState = Field(
        description="Whether the claim was locked, as it stands, before its evidence was made."
    )
    reason: str = Field(description="Why there is no value, or what else has to be said.")


class VerdictRow(_OfClaim):
    """One published number against the evidence, for one encoder, training split and protocol."""

    row: Name = Field(description="Row of the claim, with the encoder and training split.")
    what: Name = Field(description="What the number is.")
    encoder: str = Field(description="Encoder, or the server that was to be asked; empty for neither.")
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
    evidence: list[CellEvidence | TranscriptEvidence] = Field(description="What the verdict rests on.")

    def as_json(self) -> dict[str, Any]:
        """Return the row as ``claims.json`` has it: without the keys that were never given."""
        return self.model_dump(exclude_unset=True)


class BoardEntry(_OfClaim):
    """A claim in one line: its verdict, and the row that decides it."""

    row: Name = Field(description="Row that decides the verdict.")
    space: str = Field(description="Encoder of that row, or its server; empty for neither.")
    protocol: str = Field(description="Protocol of that row; empty where it plays no part.")
    published: str = Field(description="Published number, as published.")
    value: str | None = Field(description="Value here as printed; null where nothing was measured.")
    low: str | None = Field(description="Lower end of the interval as printed; null for no interval.")
    high: str | None = Field(description="Upper end of the interval as printed; null for no interval.")
    rows: dict[Verdict, Count] = Field(description="Rows of the claim by verdict, arithmetic left out.")
    evidence: list[Name] = Field(
        description="What that row rests on: '<suite>/<cell>', or 'transcripts/<server>'."
    )


class Claims(Versioned):
    """Every judged row, and the board."""

    claims: list[VerdictRow] = Field(description="The rows, claim by claim.")
    board: list[BoardEntry] = Field(description="One entry a claim, in the order of the claims.")
