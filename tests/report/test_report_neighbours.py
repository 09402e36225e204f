"""Section 5.10: scopes are apart, differences are paired, and what is cheapest is computed."""

from __future__ import annotations

import re
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
from harness.planning.suite import load
from report.evidence.paired import Difference, Paired
from report.evidence.results import Measured
from report.evidence.rows import rows
from report.figures import neighbours_backends, neighbours_dims
from report.pages.render import render
from report.tables.neighbours import TARGET, Neighbours
from report.tables.rows import AXES, PCA
from report.tables.students import METHODS, PLAIN, STUDENT
from report.verdicts.claims import load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}
SPACES = {"minilm", "esm2-peptides"}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of the three suites, of the spaces that are at hand."""
    root = tmp_path_factory.mktemp("neighbours")
    for name in ("search", "quick-hyper", "hard-negatives"):
        invent(root, load(Path("suites", name + ".toml")), SPACES, seeds=3)
    render(Tree(root))
    return Tree(root)


def test_an_index_has_its_values_in_each_scope_and_its_bytes(evidence: Tree) -> None:
    """The values are the rows' means, only one scope has second stages, and the map's bytes are added."""
    flat = [row for row in json_rows(evidence) if (row["suite"], row["encoder"]) == ("search", "minilm")]
    lines = table(evidence, "values-search", encoder="minilm", pipeline="axes-hnsw")
    values = {line["metric"]: f"{100 * float(line['value']):.1f}" for line in lines}
    for prefix in ("vs-teacher@", "vs-student@"):
        for score in ("knn-recall@10", "success@1", "success@10", "knn-ndcg@10"):
            assert mean(flat, pipeline="axes-hnsw", metric=prefix + score) == values[prefix + score]
    assert {"vs-teacher@rescored@2"} == {name for name in values if name.endswith("rescored@2")}
    (index,) = table(evidence, "indexes", encoder="minilm", vectors=AXES, dims="32", index="hnsw")
    assert ["128.045", "228.045"] == [index["index_bytes_per_row"], index["with_map_bytes_per_row"]]


def test_the_report_has_the_strict_choice_and_the_table_both(evidence: Tree) -> None:
    """Of one stage and of two; other numbers of candidates and the loose rule are in the full table alone."""
    lines = lines_of(section(text_of(evidence), "5.10"), "minilm")
    assert ["one", "two"] == [line[1] for line in lines]
    assert {"strict", "loose"} == {line["rule"] for line in table(evidence, "cheapest")}


def test_settings_are_of_validation_parts_and_taken_ones_are_in_the_search(evidence: Tree) -> None:
    """Each suite has settings of a space that the search has, and others that it has not."""
    for suite in ("quick-hyper", "hard-negatives"):
        for encoder in SPACES:
            lines = table(evidence, "settings", suite=suite, encoder=encoder)
            assert {"true", "false"} == {line["taken"] for line in lines}, (suite, encoder)
            settings = [line["setting"] for line in lines]
            (best,) = [setting for setting in settings if setting.startswith("the best student: ")]
            assert re.search(r"temperature|rate|hard_negatives", best)
            assert AXES in settings
            assert {STUDENT, PLAIN}.isdisjoint(settings)


def test_the_suites_that_settings_are_chosen_by_search_no_test_part() -> None:
    """What the search is tested on is tested on nowhere else."""
    sets = {
        name: {
            x
            for space in suite.encoders
            for pipeline in suite.pipelines
            for x in suite.tests(space, pipeline)
        }
        for name in ("search", "quick-hyper", "hard-negatives")
        for suite in [load(Path("suites", name + ".toml"))]
    }
    assert not sets["search"] & (sets["quick-hyper"] | sets["hard-negatives"])


def test_a_suspect_checkpoint_is_counted(evidence: Tree) -> None:
    """One of the two invented checkpoints is suspect; three seeds have six."""
    lines = table(evidence, "training", encoder="minilm", dims="32")
    assert [["6", "3"]] * 2 == [[line["checkpoints"], line["suspect"]] for line in lines]
    ends = {
        "loss": ["5", "4.5"], "norm_mean": ["0.9", "1.5"], "cosine_mean": ["0.25", "0.95"],
        "cosine_std": ["0.2", "0.01"],
    }  # fmt: skip
    assert ends == {name: [lines[0][f"{name} {end}"] for end in ("first", "last")] for name in ends}


def test_every_family_of_the_suites_has_a_name_in_the_tables() -> None:
    """None is called by its bare name."""
    families = {
        pipeline.family
        for name in ("search", "hard-negatives", "quick-hyper")
        for pipeline in load(Path("suites", name + ".toml")).pipelines
    }
    assert families <= set(METHODS)


def saved(path: Path, scores: list[float]) -> None:
    """Write each query's knn-recall@10 with the teacher, as a cell's file of scores has it."""
    arrays: dict[str, Any] = {"texts@index@vs-teacher knn-recall@10": np.tile(scores, 10).astype(np.float32)}
    np.savez(path, **arrays)


def result(root: Path, pipeline: str, scores: list[float], *, size: int, use: str = "flat") -> Measured:
    """Return a result of a search over 10 rows, with the overlap of each query in its file of scores."""
    path = root / (pipeline + ".npz")
    saved(path, scores)
    step: dict[str, Any] = {"use": "principal-projection" if "axes" in pipeline else "pca", "params": {}}
    if pipeline.startswith("student"):
        step = {"use": "student", "params": {"hard_negatives": 0 if "plain" in pipeline else 4}}
    value = float(np.mean(scores))
    spread = {
        "dataset": "texts",
        "protocol": "decontaminated",
        "n": len(scores),
        "low": value - 0.1,
        "high": 1.0,
    }
    cell = {"pipeline": pipeline, "point": "d32", "tests": ["texts"], "steps": [step]}
    content = a_result(
        {**cell, "index": {"use": use, "params": {}}},
        suite="search",
        cell=pipeline,
        sizes={
            "bytes_per_vector": 128,
            "original_bytes": 1536,
            "state_bytes": 50,
            "index": {"rows": 10, "bytes": 10 * size},
        },
        values=[
            {**spread, "metric": "vs-teacher@knn-recall@10", "value": value},
            {**spread, "metric": "vs-teacher@rescored@2", "value": 1.0, "low": 0.9},
        ],
        files={"after": {"path": path.name, "sha256": sha256_file(path)}},
    )
    first = pipeline.partition("-")[0]
    return measured(content, family="plain-student" if "plain" in pipeline else first)[0]


def test_students_are_compared_query_by_query(tmp_path: Path) -> None:
    """Against PCA queries are a tenth better in the mean; against the other two nothing differs."""
    results = [
        result(tmp_path, "student-flat", [0.6, 0.7, 0.8, 0.9], size=128),
        result(tmp_path, "student-plain-flat", [0.7, 0.6, 0.9, 0.8], size=128),
        result(tmp_path, "pca-flat", [0.5, 0.6, 0.7, 0.8], size=128),
        result(tmp_path, "axes-flat", [0.6, 0.7, 0.8, 0.9], size=128),
        result(tmp_path, "pca-hnsw", [0.5, 0.6, 0.7, 0.8], size=272, use="hnsw"),
    ]
    comparisons = Neighbours(results, tmp_path).compared()
    outcomes = {
        (x.line.method, x.base.method): (x.paired.outcome, round(x.paired.less.value, 6)) for x in comparisons
    }
    assert {
        (STUDENT, PLAIN): ("no significant difference", 0.0),
        (STUDENT, PCA): ("better", 0.1),
        (PLAIN, PCA): ("better", 0.1),
        (STUDENT, AXES): ("no significant difference", 0.0),
        (PLAIN, AXES): ("no significant difference", 0.0),
    } == outcomes


def test_without_scores_a_difference_has_no_interval(tmp_path: Path) -> None:
    """The means' difference stays."""
    results = [
        result(tmp_path, "student-flat", [0.75, 0.75], size=128),
        result(tmp_path, "pca-flat", [0.5, 0.5], size=128),
    ]
    (line,) = Neighbours(results, None).compared()
    assert Paired(Difference(0.25), "no scores of single queries here") == line.paired


def test_a_score_file_that_was_altered_is_refused(tmp_path: Path) -> None:
    """Its digest stands in the result."""
    results = [
        result(tmp_path, "student-flat", [0.75, 0.5], size=128),
        result(tmp_path, "pca-flat", [0.5, 0.5], size=128),
    ]
    saved(tmp_path / "pca-flat.npz", [1.0, 1.0])
    with pytest.raises(InputError, match="truncated or altered"):
        Neighbours(results, tmp_path).compared()


def test_the_cheapest_that_reaches_the_constraint_is_selected(tmp_path: Path) -> None:
    """Loose: 60 bytes at 0.75. Strict: that one's interval begins at 0.65, so 128 bytes at 0.85.

    With two stages every one reaches it, so that the cheapest is 40 bytes and the original's 1536. The map's
    50 bytes are 5 a row. Of as many bytes the one that is not trained for neighbours is taken.
    """
    results = [
        result(tmp_path, "student-flat", [0.85, 0.85], size=128),
        result(tmp_path, "student-ivf", [0.95, 0.95], size=140, use="ivf"),
        result(tmp_path, "student-pq", [0.75, 0.75], size=60, use="pq"),
        result(tmp_path, "student-rabitq", [0.6, 0.6], size=40, use="rabitq"),
        result(tmp_path, "axes-rabitq", [0.5, 0.5], size=40, use="rabitq"),
    ]
    cheapest = {(x.stage, x.rule): x.cheapest for x in Neighbours(results, tmp_path).selected()}
    chosen = {key: each and (each.line.method, each.line.use, each.whole) for key, each in cheapest.items()}
    assert {
        ("one", "strict"): (STUDENT, "flat", 133.0),
        ("one", "loose"): (STUDENT, "pq", 65.0),
        ("two, 2x", "strict"): (AXES, "rabitq", 1581.0),
        ("two, 2x", "loose"): (AXES, "rabitq", 1581.0),
        **{(stage, rule): None for stage in ("two, 4x", "two, 10x") for rule in ("strict", "loose")},
    } == chosen


def test_the_figures_draw_what_the_suite_has(evidence: Tree) -> None:
    """By dimensions the five maps at three sizes; by back end each of six, with the bytes of its index."""
    flat = rows(evidence)
    points = neighbours_dims.data(flat, [])["points"]
    own_points = {(p["method"], p["bytes_per_vector"]) for p in points if p["encoder"] == "minilm"}
    assert {(name, 4 * d) for name in neighbours_dims.METHODS for d in (64, 32, 16)} == own_points
    of_flat = neighbours_backends.data(flat, [])["points"]
    assert {"flat", "ivf", "hnsw", "usearch", "pq", "rabitq"} == {p["backend"] for p in of_flat}
    assert set(neighbours_backends.METHODS) == {p["family"] for p in of_flat}
    assert {164.045, 228.045, 356.045} <= {p["bytes"] for p in of_flat}


def test_the_claims_select_pipelines_and_metrics_of_the_suite() -> None:
    """The constraint is that of the published sweeps and of the table; every space of the suite has it."""
    suite = load(Path("suites/search.toml"))
    assert {TARGET} == {row.published for row in CLAIMS["N1"].rows}
    assert set(suite.encoders) == {
        str(encoder) for row in CLAIMS["N1"].rows for encoder in row.encoders or ()
    }
    pipelines = {pipeline.name: pipeline for pipeline in suite.pipelines}
    for row in (*CLAIMS["N1"].rows, *CLAIMS["N2"].rows):
        encoder = (row.encoders or [""])[0]
        assert row.point in pipelines[row.pipeline].points
        assert [row.dataset] == suite.tests(encoder, pipelines[row.pipeline])
        assert encoder in (pipelines[row.pipeline].encoders or suite.encoders)
        assert row.metric in suite.metrics
