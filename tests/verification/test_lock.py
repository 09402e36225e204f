"""The lock of the claims: what decides a verdict is in it, and wording is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.evidence.claims_lock import LOCK
from harness.planning import shipped
from harness.planning.suite import load
from harness.verification.lock import claim_digest, lock_bytes
from report.verdicts.claims import Claim, load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}
SUITES = {name: load(path) for name, path in shipped.suites().items()}


def test_the_committed_lock_is_that_of_the_claims() -> None:
    """A claim or its data cannot be changed without ``harness lock``."""
    assert LOCK.read_bytes() == lock_bytes()


def test_every_claim_has_a_digest_of_its_own() -> None:
    """No two claims are locked by one digest."""
    digests = json.loads(lock_bytes())["claims"]
    assert sorted(CLAIMS) == sorted(digests)
    assert len(set(digests.values())) == len(CLAIMS)


def _edited(change: Callable[[dict[str, Any]], object]) -> str:
    document = CLAIMS["C1"].model_dump(mode="json")
    change(document)
    return claim_digest(Claim.model_validate(document), SUITES)


@pytest.mark.parametrize(
    "change",
    [
        lambda claim: claim.update(sentence="Compression keeps something."),
        lambda claim: claim["rows"][0].update(published=0.5),
        lambda claim: claim["rows"][0].update(precision=0.5),
        lambda claim: claim["rows"][0].update(rule="equal"),
        lambda claim: claim["rows"][0].update(dataset="sts12"),
        lambda claim: claim["rows"].pop(),
    ],
    ids=["sentence", "published", "precision", "rule", "selector", "row"],
)
def test_what_decides_a_verdict_changes_the_digest(change: Callable[[dict[str, Any]], object]) -> None:
    """Sentence, published value, precision, rule, selector and the set of rows are locked."""
    assert claim_digest(CLAIMS["C1"], SUITES) != _edited(change)


def test_wording_changes_no_digest() -> None:
    """A note may be written better at any time."""
    assert claim_digest(CLAIMS["C1"], SUITES) == _edited(lambda claim: claim.update(note="Read otherwise."))


def test_seeds_and_data_change_the_digest() -> None:
    """Other seeds, or another file of a data set, are other evidence."""
    claim = CLAIMS["C1"]
    suite = SUITES[str(claim.suite)]
    fewer_seeds = suite.model_copy(update={"seeds": suite.seeds[:1]})
    name = next(row.dataset for row in claim.every_row() if row.dataset in suite.datasets)
    other_rows = suite.datasets[name].model_copy(update={"pairs": 7})
    other_data = suite.model_copy(update={"datasets": {**suite.datasets, name: other_rows}})
    digests = [
        claim_digest(claim, {**SUITES, suite.name: other}) for other in (suite, fewer_seeds, other_data)
    ]
    assert len(set(digests)) == len(digests)
    assert claim_digest(claim, SUITES) == digests[0]
