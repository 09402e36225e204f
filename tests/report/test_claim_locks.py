"""Whether a claim was changed after its evidence was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.evidence import ENVELOPE, SHA256

from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import CellEvidence, TranscriptEvidence
from harness.evidence.stamp import dumps
from report.verdicts.locks import LOCK, Locks, read_locks

TODAY, BEFORE = "a" * 64, "b" * 64
ONE, TWO = (CellEvidence(cell=f"s/{name}", sha256=SHA256) for name in ("one", "two"))


def lock(tree: Tree, claims: dict[str, str]) -> str:
    """Write a lock into a tree and return its sha256."""
    path = tree.root / "claims.lock"
    write_atomic(path, dumps({"schema": 2, "claims": claims}))
    sha256 = sha256_file(path)
    write_atomic(tree.lock(sha256), path.read_bytes())
    return sha256


def made_under(tree: Tree, cell: str, sha256: str | None) -> None:
    """Write the envelope of a cell that was made under a lock, or under none."""
    write_atomic(tree.envelope("s", cell), dumps({**ENVELOPE, "claims_lock": sha256}))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({"X1": TODAY}, {"X1": TODAY}, "locked"),
        ({"X1": TODAY}, {"X1": BEFORE}, "changed after its evidence"),
        (None, {"X1": BEFORE}, "changed after its evidence"),
        ({"X1": TODAY}, None, "not locked"),
        ({"X1": TODAY}, {"X2": TODAY}, "not locked"),  # the lock did not have the claim
    ],
)
def test_every_result_has_to_be_made_under_the_claim_as_it_stands(
    tmp_path: Path, one: dict[str, str] | None, two: dict[str, str] | None, expected: str
) -> None:
    """All under today's digest: locked. One under another: changed. One under none: not locked."""
    tree = Tree(tmp_path)
    for cell, claims in (("one", one), ("two", two)):
        made_under(tree, cell, None if claims is None else lock(tree, claims))
    assert expected == Locks(tree, {"X1": TODAY}).state("X1", [ONE, TWO])


@pytest.mark.parametrize(
    ("evidence", "today", "expected"),
    [
        ([], {"X1": TODAY}, "locked"),
        ([], {}, "not locked"),
        ([ONE], {"X1": TODAY}, "not locked"),  # it has no envelope
        ([TranscriptEvidence(transcript="loopback", sha256=SHA256)], {"X1": TODAY}, "not locked"),
    ],
    ids=["nothing measured", "claim without a digest", "no envelope", "transcript"],
)
def test_what_names_no_lock_is_not_locked(
    tmp_path: Path, evidence: list[Any], today: dict[str, str], expected: str
) -> None:
    """A claim that is locked before anything is measured is; evidence that names no lock shows nothing."""
    assert expected == Locks(Tree(tmp_path), today).state("X1", evidence)


def test_a_lock_that_is_not_there_locks_nothing(tmp_path: Path) -> None:
    """An envelope may name any sha256: the file has to be in the evidence."""
    made_under(Tree(tmp_path), "one", SHA256)
    assert "not locked" == Locks(Tree(tmp_path), {"X1": TODAY}).state("X1", [ONE])


def test_todays_digests_are_those_of_the_committed_lock(tmp_path: Path) -> None:
    """``report/claims.lock`` has a digest of every claim."""
    assert json.loads(LOCK.read_text("utf-8"))["claims"] == read_locks(Tree(tmp_path)).today
