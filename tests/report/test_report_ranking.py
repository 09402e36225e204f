"""Section 5.8: lines are the results', differences are paired, settings are read from the steps."""

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
from report.figures import ranking as figure
from report.pages.render import render
from report.tables.ranking import Ranking, Split
from report.tables.ranking_lines import method
from report.verdicts.claims import load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}
LISTWISE = {
    "tau": 0.02, "student_tau": 0.05, "linear_start": True, "queue": 0, "hard_per_anchor": 1,
}  # fmt: skip

# Of student and teacher, and the spaces that are measured with them on the test part.
TEMPERATURES = {
    (0.01, 0.01): {"esm2-peptides"},
    (0.05, 0.02): {"openai-ada-002"},
    (0.05, 0.05): {"esm2-peptides", "openai-ada-002"},
    (0.01, 0.05): set(),
}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of both suites, of the spaces that are at hand."""
    root = tmp_path_factory.mktemp("ranking")
    for name in ("ranking", "ranking-validation"):
        suite = load(Path("suites", name + ".toml"))
        invent(root, suite, {"minilm", "esm2-peptides", "openai-ada-002"}, seeds=3)
    render(Tree(root))
    return Tree(root)


def test_a_space_has_a_column_a_method_with_means_over_seeds(evidence: Tree) -> None:
    """The peptides in 32 dimensions: listwise is the mean of three seeds, PCA has one."""
    (line,) = [x for x in lines_of(section(text_of(evidence), "5.8"), "esm2-peptides") if x[1] == "32"]
    flat = [
        row for row in json_rows(evidence) if (row["suite"], row["encoder"]) == ("ranking", "esm2-peptides")
    ]
    for column, pipeline, seeds in ((2, "listwise", "3"), (5, "pca", "1")):
        wanted = {"pipeline": pipeline, "point": "d32"}
        assert (
            mean(flat, metric="knn-recall@10", **wanted) == line[column].partition(" (")[0]
        )  # before its tail
        (value,) = table(evidence, "values-ranking", encoder="esm2-peptides", metric="knn-ndcg@10", **wanted)
        assert seeds == value["seeds"]
        assert mean(flat, metric="knn-ndcg@10", **wanted) == f"{100 * float(value['value']):.1f}"


def test_a_setting_that_is_measured_on_the_test_part_is_marked(evidence: Tree) -> None:
    """In each space the chosen temperatures and the published ones, and PCA: computed from the steps."""
    for space in ("esm2-peptides", "openai-ada-002"):
        lines = table(evidence, "settings", suite="ranking-validation", encoder=space)
        taken = {line["setting"]: line["taken"] for line in lines}
        for (student, tau), spaces in TEMPERATURES.items():
            setting = f"listwise.student_tau={student} listwise.tau={tau}"
            assert taken[setting] == ("true" if space in spaces else "false")
        assert "true" == taken["PCA"]


def test_splits_are_named_with_the_array_that_has_their_rows(evidence: Tree) -> None:
    """Invented evidence names no rows; a result that does has its rule and its place shown."""
    assert not (evidence.report() / "tables" / "splits.csv").exists()
    rule = {"part": "test", "share": 0.8, "validation": 0.1, "seed": 42, "pairs": 1}
    origin = {"use": "mirror", "path": "a.npy", "sha256": "00", "rows": rule}
    inputs = {"datasets": {"peptides-test": origin}}
    result = a_result({"encoder": "esm2-peptides"}, suite="ranking", inputs=inputs)
    (line,) = Ranking(measured(result), None).splits()
    rule_in_words = "part = test, share = 0.8, validation = 0.1, seed = 42"
    assert line == Split("peptides-test", "a.npy", rule_in_words, "scores/ranking/esm2-peptides.npz")


@pytest.mark.parametrize(
    ("use", "params", "expected"),
    [
        ("pca", {}, "PCA"),
        ("principal-projection", {}, "principal axes, not centred"),
        ("truncation", {}, "first dimensions"),
        ("listwise", LISTWISE, "listwise"),
        ("listwise", {**LISTWISE, "tau": 0.05, "student_tau": 0.05}, "listwise, published temperature"),
        ("listwise", {**LISTWISE, "linear_start": False}, "listwise, Gaussian start"),
        ("listwise", {**LISTWISE, "queue": 512}, "listwise, with a queue"),
        ("listwise", {**LISTWISE, "hard_per_anchor": 0}, "listwise, no hard negatives"),
    ],
)
def test_a_method_is_read_from_the_step(use: str, params: dict[str, Any], expected: str) -> None:
    """Not from the pipeline's name: the same step has one name in every space."""
    assert expected == method([StepSpec(use=use, params=params)])


def pair(root: Path, own: list[list[float]], theirs: list[float]) -> Ranking:
    """Return the tables of listwise, a seed for each list of queries' scores, and of PCA."""
    results: list[dict[str, Any]] = []
    for use, params, scores in [*(("listwise", LISTWISE, scores) for scores in own), ("pca", {}, theirs)]:
        path = root / f"{len(results)}.npz"
        metrics = ("knn-recall@10", "success@10", "knn-ndcg@10")
        queries = np.tile(scores, 10).astype(np.float32)
        arrays: dict[str, Any] = {"peptides-test@queries@" + m: queries for m in metrics}
        np.savez(path, **arrays)
        cell = {
            "encoder": "esm2-peptides", "train": "peptides-train", "pipeline": use, "point": "d32",
            "grid": {}, "tests": ["peptides-test"], "steps": [{"use": use, "params": params}],
        }  # fmt: skip
        values = [
            {
                "dataset": "peptides-test",
                "metric": metric,
                "value": float(np.mean(scores)),
                "low": 0.0,
                "high": 2.0,
                "n": len(queries),
                "protocol": "decontaminated",
            }
            for metric in metrics
        ]
        results.append(
            a_result(
                {**cell, "seed": len(results)},
                suite="ranking",
                cell="c" + str(len(results)),
                values=values,
                sizes={"bytes_per_vector": 128},
                files={"after": {"path": path.name, "sha256": sha256_file(path)}},
            )
        )
    return Ranking(measured(*results), root)


def test_an_outcome_is_computed_query_by_query(tmp_path: Path) -> None:
    """Against scores of 0.25, 0.5, 0.75 and 0.5; two seeds are one mean, here a quarter above PCA."""
    own, outcome = [[0.375, 0.625, 0.875, 0.625], [0.625, 0.875, 1.125, 0.875]], "better"
    tables = pair(tmp_path, own, [0.25, 0.5, 0.75, 0.5])
    lines = tables.compared()
    assert [(metric, outcome) for metric in ("knn-recall@10", "success@10", "knn-ndcg@10")] == [
        (line.metric, line.paired.outcome) for line in lines
    ]
    less = np.mean(own, axis=0) - [0.25, 0.5, 0.75, 0.5]
    assert np.mean(less) == pytest.approx(lines[0].paired.less.value)


def test_without_scores_of_single_queries_a_difference_has_no_interval(evidence: Tree) -> None:
    """The means' difference is printed, and the outcome says what is missing."""
    lines = table(evidence, "comparisons", suite="ranking", encoder="esm2-peptides")
    assert {("", "", "no scores of single queries here")} == {
        (line["low"], line["high"], line["outcome"]) for line in lines
    }
    for line in lines:
        value, other = float(line["value"]), float(line["against_value"])
        assert value - other == pytest.approx(float(line["difference"]), abs=2e-6)


def test_a_score_file_that_was_altered_is_refused(tmp_path: Path) -> None:
    """Its digest stands in the result."""
    tables = pair(tmp_path, [[0.5, 0.75]], [0.25, 0.5])
    altered: dict[str, Any] = {"peptides-test@queries@knn-recall@10": np.ones(2, np.float32)}
    np.savez(tmp_path / "0.npz", **altered)
    with pytest.raises(InputError, match="truncated or altered"):
        tables.compared()


def test_the_figure_has_a_point_a_method_and_size(evidence: Tree) -> None:
    """Every space has its three sizes in both metrics, and the texts no published temperature."""
    points = figure.data(rows(evidence), [])["points"]
    own_points = [p for p in points if (p["encoder"], p["metric"]) == ("minilm", "knn-ndcg@10")]
    assert set(figure.METHODS) - {"listwise, published temperature"} == {p["method"] for p in own_points}
    assert {64, 128, 256} == {p["bytes_per_vector"] for p in own_points}
    assert 3 == len({p["encoder"] for p in points})


def test_claims_select_pipelines_points_and_metrics_of_the_suite() -> None:
    """No row asks for what the suite does not measure on its spaces, and R1 has what was printed."""
    suite = load(Path("suites/ranking.toml"))
    pipelines = {pipeline.name: pipeline for pipeline in suite.pipelines}
    for claim in (CLAIMS["R1"], CLAIMS["R2"]):
        for row in claim.rows:
            assert row.point in pipelines[row.pipeline].points
            assert row.metric in suite.metrics
            for encoder in row.encoders or claim.encoders:
                assert encoder in (pipelines[row.pipeline].encoders or suite.encoders)
                assert row.dataset in suite.tests(encoder, pipelines[row.pipeline])
    assert [0.61, 0.69] == [row.published for row in CLAIMS["R1"].rows if row.headline]
