"""A checkout whose evidence a claim rests on: a small suite, run, with the claim's verdict beside it."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from report.verdicts.board import claims_document
from report.verdicts.claims import Claim
from report.verdicts.judge import judge
from support.checkouts import attest, pin, ran_checkout
from support.suites import COMPARED, edited

SIGN = "own.train-set.projection-sign.8x"  # without its seed
COMMIT = "a" * 40
CLAIM = Claim.model_validate({
    "id": "Z1",
    "sentence": "Signs of a random projection keep the cosines",
    "kind": "intrinsic",
    "source": "a test",
    "suite": "mine",
    "encoders": {"own": "as published"},
    "rows": [
        {
            "row": name,
            "what": "Spearman's correlation with the cosines before",
            "published": published,
            "printed": f"{100 * published:.1f}%",
            "precision": 0.0005,
            "rule": "at least",
            "pipeline": "projection-sign",
            "point": "8x",
            "dataset": "test-set",
            "metric": "spearman@original",
            "protocols": ["as-published"],
            "headline": name == "signs",
        }
        for name, published in (("signs", 0.0), ("more-signs", 0.999))
    ],
})  # fmt: skip


def claimed_checkout(root: Path) -> Tree:
    """Run the small suite with three seeds below ``root``, judge CLAIM by it, and return its evidence."""
    _, tree, _ = ran_checkout(root, edited(*COMPARED))
    attest(tree.root / "envelopes", sha=COMMIT, dirty=False)
    pin(root)
    write_claims(tree, CLAIM)
    return tree


def write_claims(tree: Tree, claim: Claim) -> None:
    """Write a claim's verdict beside the evidence that it rests on."""
    write_atomic(tree.report() / "claims.json", dumps(claims_document(judge([claim], tree))))
