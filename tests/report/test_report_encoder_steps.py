"""Section 5.9, real encoders on both sides: steps from results, differences as a run compared them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.invented_results import invent
from support.pages import json_rows, lines_of, mean, section, table, text_of

from harness.evidence.layout import Tree
from harness.evidence.schema.means import MeanDifference
from harness.planning.suite import load
from report.evidence.means import Comparisons
from report.evidence.paired import Difference
from report.evidence.results import gather
from report.evidence.rows import rows
from report.figures import encoder_steps as figure
from report.findings import encoder_steps as findings
from report.pages.render import render
from report.tables import encoder_steps
from report.tables.rows import Rows
from report.verdicts.claims import load_claims
from report.verdicts.judge import judge_by

SUITE = load(Path("suites/autoencoder-encoders.toml"))
KEY = ("as-published", "nfcorpus", "ndcg@10")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of the encoders that run by default."""
    root = tmp_path_factory.mktemp("steps")
    invent(root, SUITE, {"minilm", "paraphrase-minilm-l3", "minilm-l6-l3"}, seeds=3)
    render(Tree(root))
    return Tree(root)


def compared(low: float, high: float) -> Comparisons:
    """Return a comparison of the map with the small encoder, with an interval around its middle."""
    middle = (low + high) / 2
    less = MeanDifference(
        protocol=KEY[0], dataset=KEY[1], metric=KEY[2], value=middle, low=low, high=high, p=0.5
    )
    space = "minilm-l6-l3.scifact-documents"
    return Comparisons({("autoencoder-encoders", f"{space}.mapped-residual", f"{space}.small"): {KEY: less}})


def test_each_step_has_its_mean_over_seeds(evidence: Tree) -> None:
    """Of every query, as the flat rows have it; the halved steps are in the full table alone."""
    part = section(text_of(evidence), "Real encoders on both sides")
    wanted = {"suite": "autoencoder-encoders", "encoder": "minilm-l6-l3", "protocol": "as-published"}
    flat = [row for row in json_rows(evidence) if {**wanted, "metric": "ndcg@10"}.items() <= row.items()]
    for name, pipeline in (
        ("MiniLM-L6 with MiniLM-L3, side by side", "identity"),
        ("MiniLM-L6, auto-encoded", "large-encoded"),
        ("MiniLM-L3, mapped onto that", "mapped"),
        ("MiniLM-L3, mapped onto that with a residual link", "mapped-residual"),
    ):
        ((_, _, value, _),) = lines_of(part, name)
        assert mean(flat, pipeline=pipeline) == value.partition(" (")[0]  # before its tail
    assert [] == lines_of(part, "MPNet, auto-encoded") + lines_of(part, "MiniLM-L3, PCA")


def test_the_full_table_has_a_line_a_step(evidence: Tree) -> None:
    """In the order of the steps, all of the one space that was measured."""
    lines = table(evidence, "encoder-steps", encoder="minilm-l6-l3")
    assert list(encoder_steps.STEPS) == [line["step"] for line in lines]
    assert len(lines) == len(table(evidence, "encoder-steps"))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.03, -0.01, "a difference of \N{MINUS SIGN}2.0 points (\N{MINUS SIGN}3.0 … \N{MINUS SIGN}1.0)"),
        (-0.01, 0.03, "a difference of 1.0 points (\N{MINUS SIGN}1.0 … 3.0), not significant"),
        (0.01, 0.03, "a difference of 2.0 points (1.0 … 3.0)"),
    ],
)
def test_a_difference_is_what_a_run_compared(low: float, high: float, words: str, evidence: Tree) -> None:
    """Between steps of as many dimensions; a sentence says whether chance explains it."""
    lines = {x.step: x for x in encoder_steps.lines(Rows(rows(evidence)), compared(low, high))}
    less = lines["mapped-residual"].less
    assert less is not None
    assert (low, high) == (less.low, less.high)
    assert f" ({words})" == findings._apart(less)
    assert {"mapped-residual"} == {step for step, line in lines.items() if line.less}


def test_a_difference_without_an_interval_is_not_stated() -> None:
    """Nothing is said of chance where nobody resampled."""
    assert ["", ""] == [findings._apart(less) for less in (None, Difference(0.1))]


def test_a_step_is_told_by_its_space_and_pipeline() -> None:
    """Pipelines of one space are no steps of the other, nor is any pipeline of an encoder alone."""
    named = {
        ("minilm-l6-l3", "mapped"): "mapped",
        ("minilm-l6-l3", "mapped-of-mpnet"): None,
        ("mpnet-l6-l3", "mapped-residual-half-of-mpnet"): "mapped-residual-half",
        ("mpnet-l6-l3", "small"): None,
        ("mpnet-l6-l3", "identity"): "identity",
        ("minilm", "identity"): None,
    }
    assert named == {key: encoder_steps.step_of(*key) for key in named}
    steps = {encoder_steps.step_of(e, p.name) for p in SUITE.pipelines for e in p.encoders or ()}
    assert set(encoder_steps.STEPS) - {"identity"} == steps - {None}


def test_the_figure_draws_what_the_table_has(evidence: Tree) -> None:
    """The same steps and values, and its title the two that the question is about."""
    drawn = figure.data(list(rows(evidence)), [])
    lines = encoder_steps.lines(Rows(rows(evidence)), Comparisons())
    assert {(x.what, round(x.ndcg.value, 9)) for x in lines} == {
        (point["what"], point["value"]) for point in drawn["points"]
    }
    assert figure.title(drawn).startswith("nDCG@10 on NFCorpus: MiniLM-L3 ")


def test_claims_are_judged_by_what_was_measured(evidence: Tree) -> None:
    """A6 needs the comparison of a run, A7 and the analogues of A2 the values; MPNet was not run."""
    claims = [claim for claim in load_claims() if claim.id in {"A2", "A6", "A7"}]
    judged = judge_by(claims, gather(evidence))
    verdicts = {(row.id, row.row.split(".")[0], row.protocol): row.verdict for row in judged}
    assert "NOT_RUN" == verdicts["A6", "residual-minilm", "decontaminated"]
    assert {"HOLDS"} == {verdicts["A2", name, "as-published"] for name in ("first-alone", "second-alone")}
    assert verdicts["A7", "half-l3", "decontaminated"] in {"HOLDS", "FAILS", "INCONCLUSIVE"}
    assert "NOT_RUN" == verdicts["A7", "half-mpnet", "decontaminated"]
