"""Where a number comes from: every id leads to its cell, and a cell to its inputs, files and claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.claimed import CLAIM, COMMIT, SIGN, claimed_checkout
from support.command import Cli
from support.paths import ROOT

from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.verification.claim_lines import place
from harness.verification.provenance import explain_cell, explain_claim
from harness.verification.references import (
    CellReference,
    ClaimReference,
    TranscriptReference,
    name_in_file,
    reference,
)
from report.verdicts.claims import load_claims
from report.verdicts.judge import judge

CELL = CellReference("mine", f"{SIGN}.s0")
VALUE = ("as-published", "test-set", "spearman@original")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return the evidence of a small suite, with a claim that rests on it; tests leave it as it is."""
    return claimed_checkout(tmp_path_factory.mktemp("claimed"))


# -- Ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C8", ClaimReference("C8")),
        ("C8:lens-pq-13.minilm.stsb-train", ClaimReference("C8", "lens-pq-13.minilm.stsb-train")),
        ("mine/a.b.s0", CellReference("mine", "a.b.s0")),
        ("mine/a.b.s0/p/d/m@k", CellReference("mine", "a.b.s0", ("p", "d", "m@k"))),
        ("transcripts/api.aqea.ai", TranscriptReference("api.aqea.ai")),
    ],
)
def test_an_id_says_what_it_is_of(text: str, expected: Any) -> None:
    """A claim, a row, a cell, a value or a transcript."""
    assert expected == reference(text)


@pytest.mark.parametrize(
    "text", ["", "c8", "mine", "a/b/c", "../b", "mine/..", "mine/a b", "a/b/c/d/e/f", "a/\0"]
)
def test_what_is_no_id_is_refused_with_the_forms_that_there_are(text: str) -> None:
    """No part leads out of a folder."""
    with pytest.raises(InputError, match="expected an id: <suite>/<cell>"):
        reference(text)


# -- Cells


def test_a_cell_is_explained_whole(tree: Tree) -> None:
    """Values, inputs, files with sha256, commit and machine, claims with their lines, and the command."""
    explained = explain_cell(tree, CELL)
    content, certificate = read_stamped(tree.result("mine", CELL.cell))
    assert certificate == explained["certificate"]
    assert content["values"] == explained["values"]
    assert content["inputs"]["datasets"] == explained["datasets"]
    assert sorted(content["inputs"]["code"]) == sorted(explained["code"]["modules"].values())
    assert [] == explained["code"]["elsewhere"]
    assert "harness.compressors.sign" in explained["code"]["modules"]
    for path, sha256 in explained["files"].items():
        assert sha256 == sha256_file(tree.root / path)
    assert {"results", "envelopes", "scores"} == {path.split("/")[0] for path in explained["files"]}
    assert COMMIT == explained["made"]["commit"]["sha"]
    rows = [("Z1:signs.own.train-set", "HOLDS"), ("Z1:more-signs.own.train-set", "FAILS")]
    assert rows == [(row["id"], row["verdict"]) for row in explained["claims"]]
    assert f"harness run mine --only {CELL.cell}" == explained["again"]["run"]


def test_one_value_is_explained_alone(tree: Tree) -> None:
    """Named by protocol, data set and metric."""
    named = CellReference(CELL.suite, CELL.cell, VALUE)
    (value,) = explain_cell(tree, named)["values"]
    assert VALUE == (value["protocol"], value["dataset"], value["metric"])


def test_what_is_not_there_is_refused_with_what_is(tree: Tree) -> None:
    """A cell with one near it, a value with others of the cell."""
    with pytest.raises(InputError, match=rf"found no result mine/{SIGN}\.s7, .* near it: mine/{SIGN}"):
        explain_cell(tree, CellReference("mine", f"{SIGN}.s7"))
    with pytest.raises(InputError, match="found no value a/b/c, expected one such as as-published/test-set/"):
        explain_cell(tree, CellReference(CELL.suite, CELL.cell, ("a", "b", "c")))


# -- Claims


def test_a_claim_is_explained_with_the_row_that_decides_first(tree: Tree) -> None:
    """Each row with the cells that it rests on."""
    explained = explain_claim(tree, ClaimReference("Z1"))
    assert "HOLDS" == explained["board"]["verdict"]
    assert ["signs.own.train-set", "more-signs.own.train-set"] == [row["row"] for row in explained["rows"]]
    assert [f"mine/{SIGN}.s{seed}" for seed in range(3)] == explained["rows"][0]["evidence"]


@pytest.mark.parametrize("row", ["more-signs", "more-signs.own.train-set"])
def test_a_row_is_named_with_or_without_its_encoder(row: str, tree: Tree) -> None:
    """As the claim's file has it, or as the report prints it."""
    (explained,) = explain_claim(tree, ClaimReference("Z1", row))["rows"]
    assert ("more-signs.own.train-set", "FAILS") == (explained["row"], explained["verdict"])


def test_an_unknown_claim_or_row_is_refused_with_those_that_there_are(tree: Tree) -> None:
    """One line each."""
    with pytest.raises(InputError, match="found the claim 'C99', expected one of Z1"):
        explain_claim(tree, ClaimReference("C99"))
    with pytest.raises(InputError, match="Z1: found the row 'x', expected one of signs, more-signs"):
        explain_claim(tree, ClaimReference("Z1", "x"))


def test_every_row_of_every_claim_has_a_line(tree: Tree) -> None:
    """The line names the row; of a number of a printed table it names the set."""
    rows = judge(load_claims(), tree)
    assert {claim.id for claim in load_claims()} == {row.id for row in rows}
    for row in rows:
        file, _, number = place(row).partition(":")
        line = (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1]
        name = name_in_file(row)
        value = line.partition('"')[2].partition('"')[0]
        assert (value == name) if line.startswith("row") else name.startswith(f"{value}-")


# -- The command


def test_the_command_fits_one_screen(quick: Cli, tree: Tree) -> None:
    """A cell and a claim, as text and as JSON."""
    for named, first in ((CELL.id, CELL.id), ("Z1", f"Z1  HOLDS, number ABOVE: {CLAIM.sentence}")):
        run = quick("explain", named, cwd=tree.root.parent)
        assert (0, "") == (run.returncode, run.stderr)
        lines = run.stdout.splitlines()
        assert first == lines[0]
        assert len(lines) <= 40
        as_json = json.loads(quick("explain", named, "--json", cwd=tree.root.parent).stdout)
        assert named == as_json["id"]


def test_without_a_report_a_claim_has_no_explanation(quick: Cli, tmp_path: Path) -> None:
    """Exit status 2, and the command that renders one."""
    (tmp_path / "artifacts").mkdir()
    run = quick("explain", "C8", cwd=tmp_path)
    assert 2 == run.returncode
    assert "claims.json: not found, expected the claims: harness report --from artifacts" in run.stderr
