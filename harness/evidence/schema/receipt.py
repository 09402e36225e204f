"""A receipt: an in-toto statement of which results a machine confirmed, alone or in a signed envelope.

Statement v1 and test-result v0.1 of in-toto (https://in-toto.io), DSSE v1 (secure-systems-lab/dsse).
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from harness.evidence.schema.model import Model, Name, Sha256

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD = "application/vnd.in-toto+json"
RESULTS = "artifacts/results/"  # what the names of subjects begin with
_RESULT = r"^artifacts/results/[^/\\\s.][^/\\\s]*/[^/\\\s.][^/\\\s]*\.json$"


class Subject(Model):
    """A result file that was compared."""

    name: str = Field(pattern=_RESULT, description="Its path.")
    digest: dict[Literal["sha256"], Sha256] = Field(min_length=1, description="sha256 of its bytes.")

    @property
    def cell(self) -> str:
        """Return the cell, ``<suite>/<cell>``."""
        return self.name.removeprefix(RESULTS).removesuffix(".json")


class Configuration(Model):
    """A part of what the cells were run with, such as the commit; described, and identified by a digest."""

    name: Name = Field(description="What it is.")
    digest: dict[str, str] = Field(min_length=1, description="Its digest, by algorithm.")
    annotations: dict[str, Any] = Field(default={}, description="What it says, for people.")


class Outcome(Model):
    """Which cells came out as committed; each is in one list."""

    result: Literal["PASSED", "WARNED", "FAILED"] = Field(description="The worst of the cells.")
    configuration: list[Configuration] = Field(min_length=1, description="Commit, packages and machine.")
    passed: list[Name] = Field(alias="passedTests", description="Cells with the same values.")
    warned: list[Name] = Field(alias="warnedTests", description="Cells within their rerun tolerance.")
    failed: list[Name] = Field(alias="failedTests", description="Cells that differ by more.")

    @model_validator(mode="after")
    def _worst(self) -> Self:
        expected = "FAILED" if self.failed else "WARNED" if self.warned else "PASSED"
        if self.result != expected:
            raise ValueError(f"result: found {self.result}, expected {expected}, as its lists say")
        return self


class Statement(Model):
    """The statement: its subjects, and the test result."""

    kind: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type", description="Its version.")
    subject: list[Subject] = Field(min_length=1, description="The committed results.")
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"] = Field(
        alias="predicateType", description="What is said of them."
    )
    predicate: Outcome = Field(description="The test result.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        cells = [subject.cell for subject in self.subject]
        listed = [*self.predicate.passed, *self.predicate.warned, *self.predicate.failed]
        if sorted(cells) != sorted(set(listed)) or len(listed) != len(cells):
            raise ValueError("predicate: found other cells than the subjects, expected each in one list")
        return self


class Signature(Model):
    """A signature, with the key that checks it."""

    keyid: Sha256 = Field(description="sha256 of the public key's bytes.")
    sig: Name = Field(description="ed25519 signature, base64.")
    public_key: Name = Field(description="ed25519 public key, base64 of its 32 bytes.")


class SignedEnvelope(Model):
    """A DSSE envelope around a statement."""

    payload: Name = Field(description="The statement, base64.")
    payload_type: Literal["application/vnd.in-toto+json"] = Field(
        alias="payloadType", description="What the payload is."
    )
    signatures: list[Signature] = Field(min_length=1, description="Its signatures.")
