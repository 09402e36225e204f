"""Locks the claims: what decides each one is digested before its evidence is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import digest, dumps
from harness.planning import shipped
from harness.planning.models import Suite
from harness.planning.suite import load
from harness.types import Json

if TYPE_CHECKING:
    from report.verdicts.claims import Claim

# What decides no verdict.
_PROSE = {"short", "what", "note", "headline", "selected_here", "remedy", "title", "licence", "large"}


def lock_bytes() -> bytes:
    """Return the content of ``report/claims.lock`` for the claims and suites as they are."""
    from report.verdicts.claims import load_claims

    suites = {name: load(path) for name, path in shipped.suites().items()}
    claims = {claim.id: claim_digest(claim, suites) for claim in load_claims()}
    return dumps({"schema": SCHEMA_VERSION, "claims": claims})


def claim_digest(claim: Claim, suites: Mapping[str, Suite]) -> str:
    """Return the sha256 of a claim: sentence, selectors, rules, published values, data sets and seeds."""
    named = {claim.suite, *(row.suite for row in claim.rows)} - {None}
    data = {name: _data(suites[name], claim) for name in sorted(map(str, named)) if name in suites}
    return digest({"claim": _without_prose(claim.model_dump(mode="json")), "suites": data})


def _data(suite: Suite, claim: Claim) -> Json:
    """Return the seeds of a suite, and the data sets that a claim's rows name, as they are defined."""
    rows = [row for row in claim.every_row() if (row.suite or claim.suite) == suite.name]
    sets = {row.dataset for row in rows} | {name for row in rows for name in row.trains or suite.train}
    sums = {name: weights for name, weights in suite.combine.items() if name in sets}
    sets |= {name for weights in sums.values() for name in weights}
    defined = {name: dataset for name, dataset in suite.datasets.items() if name in sets}
    return {
        "seeds": suite.seeds,
        "pipelines": {
            pipeline.name: pipeline.seeds
            for pipeline in suite.pipelines
            if pipeline.name in {row.pipeline for row in rows} and pipeline.seeds
        },
        "sums": sums,
        "datasets": {
            name: _without_prose(dataset.model_dump(mode="json")) for name, dataset in defined.items()
        },
    }


def _without_prose(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_prose(value) for key, value in part.items() if key not in _PROSE}
    return [_without_prose(value) for value in part] if isinstance(part, list) else part
