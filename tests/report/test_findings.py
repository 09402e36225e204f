"""Sentences of the report: true of the evidence that they name, whatever it says."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from support.invented_results import invent
from support.pages import json_rows, mean, text_of

from harness.evidence.layout import Tree
from harness.planning.suite import load
from report.evidence.paired import BETTER, EVEN, WORSE, Difference, Scores
from report.evidence.results import gather
from report.evidence.rows import rows
from report.findings.every import QUESTIONS, findings, headlines
from report.findings.finding import Finding, cells
from report.findings.words import compared, counted, share
from report.pages.render import render
from report.tables.every import Tables
from report.tables.source import Source
from report.verdicts.claims import load_claims

SUITES = (
    "sts-generalization", "dev-search", "intrinsic", "three-stage", "operating-points", "ranking",
    "autoencoder", "search", "semantic-ids",
)  # fmt: skip


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of every question, of MiniLM and the peptides."""
    root = tmp_path_factory.mktemp("findings")
    for name in SUITES:
        invent(root, load(Path("suites", name + ".toml")), {"minilm", "esm2-peptides"})
    render(Tree(root))
    return Tree(root)


def source(tree: Tree) -> Source:
    """Return what findings are computed from."""
    claims = load_claims()
    gathered = gather(tree)
    return Source(gathered, Tables(gathered, rows(tree), claims), claims)


def test_report_and_page_say_the_findings_of_the_document(evidence: Tree) -> None:
    """Each question has one to three, printed in either; of what is not invented there is none."""
    document = json.loads((evidence.report() / "findings.json").read_text("utf-8"))
    assert set(QUESTIONS) == set(document["questions"])
    unanswered = [name for name, each in document["questions"].items() if not 0 < len(each) <= 3]
    empty = {
        "default-tools",
        "disputes",
        "encoder-steps",
        "folds",
        "judged-bytes",
        "scale",
        "semantic",
        "sharper",
    }
    assert empty == set(unanswered)
    assert 4 == len(document["headlines"])
    text = text_of(evidence) + unescape((evidence.report() / "index.html").read_text("utf-8"))
    sentences = [each["sentence"] for question in document["questions"].values() for each in question]
    assert [] == [sentence for sentence in sentences if sentence not in text]


def test_what_a_finding_names_is_there(evidence: Tree) -> None:
    """A claim of this project's list; a cell, or cells that differ in their seed alone."""
    claim_ids = {claim.id for claim in load_claims()}
    every = [finding for each in findings(source(evidence)).values() for finding in each]
    assert {claim for finding in every for claim in finding.claims} <= claim_ids
    invented = "s/c"  # the score file that all invented results name
    for name in (name for finding in every for name in finding.evidence if name != invented):
        folder, _, cell = name.partition("/")
        names = [path.name for path in (evidence.root / "results" / folder).glob("*.json")]
        assert [] != [file for file in names if re.fullmatch(re.escape(cell) + r"(\.s\d+)?\.json", file)], (
            name
        )


def test_score_files_name_the_cells_that_they_are_of() -> None:
    """Seeds of a cell are one id."""
    paths = ("scores/search/minilm.t.student.d32.s0.npz", "scores/search/minilm.t.student.d32.s1.npz")
    files = [Scores(path, "", "", ()) for path in paths]
    assert ("search/minilm.t.student.d32",) == cells(files)


def test_a_number_in_a_finding_is_the_mean_of_its_evidence(evidence: Tree) -> None:
    """Untrained signs at the published ratio, decontaminated: the mean over seeds of the flat rows."""
    (finding,) = [x for x in findings(source(evidence))["equal-bytes"] if "C8" in x.claims]
    flat = json_rows(evidence)
    wanted = {"suite": "sts-generalization", "encoder": "minilm", "train": "stsb-train", "point": "117x"}
    wanted |= {"dataset": "sts12-16", "metric": "retention@human", "protocol": "decontaminated"}
    for pipeline in ("projection-sign", "lens-pq"):
        assert mean(flat, pipeline=pipeline, **wanted) + " %" in finding.sentence


def test_without_evidence_there_is_no_finding(tmp_path: Path) -> None:
    """One suite alone: its questions are answered, the others are empty, and nothing stands in for them."""
    invent(tmp_path, load(Path("suites/intrinsic.toml")), {"minilm"})
    by_question = findings(source(Tree(tmp_path)))
    assert ["intrinsic"] == [name for name, each in by_question.items() if each]
    assert [] == headlines(by_question)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (Difference(0.039, 0.014, 0.062), "3.9 points (1.4 … 6.2) more"),
        (Difference(-0.039, -0.062, -0.014), "3.9 points (1.4 … 6.2) less"),
        (Difference(0.01, -0.01, 0.03), "no significantly different amount: 1.0 points (−1.0 … 3.0)"),
        (Difference(0.02), "2.0 points apart, without an interval"),
    ],
)
def test_a_comparison_says_what_its_interval_says(difference: Difference, words: str) -> None:
    """More, less, or neither; the same sentence turns round when evidence does."""
    assert words == compared(difference)


def test_outcomes_are_counted_against_each_other_method() -> None:
    """Better and worse of all comparisons with it; the rest do not differ significantly."""
    outcomes = [("PCA", BETTER), ("PCA", EVEN), ("PCA", WORSE), ("principal axes, not centred", EVEN)]
    assert (
        "better than PCA in 1 and worse in 1 of 3 comparisons; "
        "neither better nor worse than uncentred principal axes in any of 1 comparisons"
    ) == counted(outcomes)


def test_a_share_has_its_interval_where_there_is_one() -> None:
    """In per cent, to a tenth."""
    assert ["94.7 % (93.0 … 95.9)", "94.7 %"] == [
        share(Difference(0.947, 0.93, 0.959)),
        share(Difference(0.947)),
    ]


def test_fewer_than_five_findings_are_no_error() -> None:
    """Questions without an answer leave their place empty."""
    by_question = {name: [Finding(f"{name}.", ())] for name in QUESTIONS}
    assert 4 == len(headlines(by_question))
    assert [] == headlines({name: [] for name in QUESTIONS})
