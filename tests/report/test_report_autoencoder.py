"""Section 5.9: its lines are the results', its differences are paired, and what is missing is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.evidence import a_result, measured
from support.invented_results import invent
from support.pages import json_rows, lines_of, mean, section, table, text_of

from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.schema.cell import StepSpec
from harness.planning.suite import load
from report.evidence.rows import rows
from report.figures import autoencoder as figure
from report.pages.render import render
from report.tables.autoencoder import AutoEncoders
from report.tables.judged import method
from report.verdicts.claims import load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of the suite, of the spaces that are at hand."""
    root = tmp_path_factory.mktemp("autoencoder")
    invent(root, load(Path("suites/autoencoder.toml")), {"minilm", "lsa-512", "minilm-lsa"}, seeds=3)
    render(Tree(root))
    return Tree(root)


def test_a_panel_has_methods_as_columns_and_its_cells_are_means_over_seeds(evidence: Tree) -> None:
    """Half of MiniLM's dimensions, fitted on SciFact's documents: each method's mean, else a dash."""
    part = section(text_of(evidence), "5.9")
    assert "minilm, nDCG@10 on nfcorpus, fitted on other documents" in part
    (header,), (line,) = lines_of(part, "dimensions"), lines_of(part, "192")
    by_column = dict(zip(header, line, strict=True))
    wanted = {"suite": "autoencoder", "encoder": "minilm", "train": "scifact-documents"}
    wanted |= {"dataset": "nfcorpus", "protocol": "decontaminated", "metric": "ndcg@10"}
    flat = [row for row in json_rows(evidence) if wanted.items() <= row.items()]
    for name, pipeline in (("linear auto-encoder", "autoencoder-ratio"), ("PCA", "pca-ratio")):
        assert (
            mean(flat, pipeline=pipeline, point="half") == by_column[name].partition(" (")[0]
        )  # before its tail
    assert "–" == by_column["random projection"]


def test_the_protocols_stand_apart(evidence: Tree) -> None:
    """What was fitted on the documents that are searched has lines of its own, of both sets."""
    lines = table(evidence, "judged", encoder="minilm", protocol="fitted-on-searched")
    assert {("nfcorpus", "nfcorpus-documents"), ("scifact", "scifact-documents")} <= {
        (line["dataset"], line["train"]) for line in lines
    }
    assert "Not in this evidence: the suite `autoencoder`" not in text_of(evidence)


def test_without_scores_of_single_queries_a_difference_has_no_interval(evidence: Tree) -> None:
    """The difference of the means is there, and the outcome says what is missing."""
    lines = table(evidence, "comparisons", suite="autoencoder", encoder="minilm")
    assert {("", "", "no scores of single queries here")} == {
        (line["low"], line["high"], line["outcome"]) for line in lines
    }
    for line in lines:
        value, other = float(line["value"]), float(line["against_value"])
        assert value - other == pytest.approx(float(line["difference"]), abs=2e-6)


def test_the_experiment_has_its_parts_in_order(evidence: Tree) -> None:
    """The analogue's five parts on NFCorpus, under each protocol that was invented."""
    lines = table(evidence, "experiment", encoder="minilm-lsa")
    parts = [line["part"] for line in lines]
    assert ["all of them side by side, as they are", "the same with a residual link"] == [parts[0], parts[-1]]
    assert 5 == len(set(parts))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("pca", {"whiten": 0.0})], "PCA"),
        ([("pca", {"whiten": 0.5})], "half-whitened PCA"),
        ([("autoencoder", {"hidden": None, "basis": "orthonormal"})], "linear auto-encoder"),
        ([("autoencoder", {"hidden": None, "basis": "trained"})], "auto-encoder, basis as trained"),
        ([("autoencoder", {"hidden": 512, "basis": "orthonormal"})], "auto-encoder with a hidden layer"),
        ([("columns", {}), ("autoencoder", {"hidden": None, "basis": "orthonormal"})], None),
        ([("crossmap", {})], None),
        ([("student", {"dims": 32})], "neighbour-preserving student"),
        ([("listwise", {"dims": 32})], "listwise distillation"),
    ],
)
def test_a_method_is_read_from_the_steps(steps: list[tuple[str, Any]], expected: str | None) -> None:
    """Not from the pipeline's name: two pipelines of the same steps share a column."""
    assert expected == method([StepSpec(use=use, params=params) for use, params in steps])


def pair(root: Path, own: list[list[float]], theirs: list[float]) -> AutoEncoders:
    """Return the tables of one auto-encoder, a seed for each list of queries' scores, and of one PCA."""
    results = []
    for name, steps, scores in [
        *(("autoencoder", {"hidden": None, "basis": "orthonormal"}, scores) for scores in own),
        ("pca", {"whiten": 0.0}, theirs),
    ]:
        path = root / f"{len(results)}.npz"
        np.savez(path, **{"nfcorpus@judged@ndcg@10": np.tile(scores, 10).astype(np.float32)})
        values = [
            {"dataset": "nfcorpus", "protocol": "as-published", "metric": metric, "n": len(scores),
             "value": float(np.mean(scores)), "low": 0.0, "high": 1.0}
            for metric in ("ndcg@10", "ndcg-retention@10", "recall@100")
        ]  # fmt: skip
        cell = {"train": "t", "pipeline": name, "point": "half", "seed": len(results)}
        held_out = [0.5, 0.125 + len(results), 0.25 + len(results)]
        results.append(
            a_result(
                {**cell, "steps": [{"use": name, "params": steps}]},
                suite="autoencoder",
                sizes={"bytes_per_vector": 768},
                values=values,
                files={"after": {"path": path.name, "sha256": sha256_file(path)}},
                training={"0.autoencoder": {"held_out": held_out}},
            )
        )
    return AutoEncoders(measured(*results), root)


def test_an_outcome_is_computed_query_by_query(tmp_path: Path) -> None:
    """Against scores of 0.25, 0.5, 0.75 and 0.5; two seeds are one mean, here a quarter below PCA."""
    own, outcome = [[0.0, 0.25, 0.5, 0.25], [0.0, 0.25, 0.5, 0.25]], "worse"
    (line,) = pair(tmp_path, own, [0.25, 0.5, 0.75, 0.5]).compared()
    means = np.mean(own, axis=0)
    assert outcome == line.paired.outcome
    assert np.mean(means - [0.25, 0.5, 0.75, 0.5]) == pytest.approx(line.paired.less.value)


def test_the_loss_is_the_least_of_the_held_out_rows_and_the_mean_over_seeds(tmp_path: Path) -> None:
    """Least of 0.5, 0.125 and 0.25 is 0.125; the second seed's least is the 0.5 of its start."""
    (line,) = pair(tmp_path, [[0.5, 0.7], [0.5, 0.9]], [0.25, 0.5]).compared()
    assert (0.125 + 0.5) / 2 == line.line.loss


def test_a_score_file_that_was_altered_is_refused(tmp_path: Path) -> None:
    """Its digest stands in the result."""
    tables = pair(tmp_path, [[0.5, 0.75]], [0.25, 0.5])
    np.savez(tmp_path / "0.npz", **{"nfcorpus@judged@ndcg@10": np.ones(2, np.float32)})
    with pytest.raises(InputError, match="truncated or altered"):
        tables.compared()


def test_the_figure_has_a_point_a_pipeline_and_size_and_none_of_the_mapped(evidence: Tree) -> None:
    """MiniLM on NFCorpus: the uncompressed space, and every pipeline of one method at each of its sizes."""
    points = figure.data(rows(evidence), [])["points"]
    own_points = [p for p in points if (p["encoder"], p["dataset"]) == ("minilm", "nfcorpus")]
    assert [1536] == [p["bytes_per_vector"] for p in own_points if p["method"] == "uncompressed"]
    assert {"uncompressed", *figure.METHODS} == {p["method"] for p in own_points}
    cells = {cell.split(".")[2] for point in points for cell in point["cells"]}
    assert not {"mapped", "small"} & cells
    assert {"pca", "pca-ratio"} <= cells


def test_the_published_figures_are_recorded() -> None:
    """The seed's tables, in its units; the one that cannot be right says so."""
    claim_rows = {row.row: row for claim in ("A2", "A3", "A4", "A5") for row in CLAIMS[claim].rows}
    names = (
        "e5",
        "mxbai",
        "e5-mxbai",
        "e5-small",
        "bge-small",
        "bge-e5",
        "e5-1024",
        "e5-768",
        "e5-512",
        "e5-256",
    )
    expected = [0.35661, 0.37716, 0.37744, 0.31806, 0.33708, 0.35509, 0.33514, 0.33509, 0.33013, 0.32846]
    assert expected == [claim_rows[name].published for name in names]
    assert [0.36197, 0.36382, 0.53097] == [row.published for row in CLAIMS["A4"].rows[:3]]
    assert "cannot be right" in CLAIMS["A4"].rows[2].what
    losses = [row.published for name in ("A3", "A4") for row in CLAIMS[name].rows if row.metric == "loss"]
    assert [0.000104, 0.000106, 0.000108, 0.000117, 0.01703, 0.017025, 0.23] == losses
    jina = [row.published for row in CLAIMS["A5"].rows[:6]]
    assert [0.23143, 0.28707, 0.31171, 0.33101, 0.33466, 0.33535] == jina
    assert [0.3159, 0.6451] == [row.published for row in CLAIMS["A1"].rows]
    published_values = {row.row: row.published for row in CLAIMS["A3"].rows}
    assert 0.33013 / 0.35661 == pytest.approx(published_values["kept-half"], abs=5e-6)
    assert 0.32846 / 0.35661 == pytest.approx(published_values["kept-quarter"], abs=5e-6)


def test_claims_select_pipelines_points_and_metrics_of_the_suite() -> None:
    """No row asks for what the suite does not measure on its spaces."""
    suite = load(Path("suites/autoencoder.toml"))
    pipelines = {pipeline.name: pipeline for pipeline in suite.pipelines}
    for claim in ("A1", "A2", "A3", "A4", "A5"):
        for row in (row for row in CLAIMS[claim].rows if row.suite is None):
            pipeline = pipelines[row.pipeline]
            assert (row.point in pipeline.points) or (row.point is None and not pipeline.points)
            assert row.metric in suite.metrics or row.missing
            for encoder in row.encoders or CLAIMS[claim].encoders:
                assert encoder in (pipeline.encoders or suite.encoders)
                assert row.dataset in suite.tests(encoder, pipeline)
