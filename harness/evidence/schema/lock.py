"""The lock of the claims: a digest of what decides each, as it stood before its evidence was made."""

from __future__ import annotations

from pydantic import Field

from harness.evidence.schema.model import Name, Sha256, Versioned


class ClaimsLock(Versioned):
    """``report/claims.lock``: an envelope names the one that its result was made under by its sha256."""

    claims: dict[Name, Sha256] = Field(
        description="By claim: sha256 over its sentence, selectors, rules, tolerances, published values, and"
        " the data sets and seeds of the suites that it is compared with."
    )
