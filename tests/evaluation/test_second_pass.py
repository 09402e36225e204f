"""Metrics of lists of neighbours: added to what is measured, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.suites import TEST_SET, dataset, edited, write_suite

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.status import entries
from harness.run.runner import run
from harness.types import Place

CELL = "own.train-set.projection-sign.8x.s0"
METRICS = 'metrics = ["spearman@original"]'
STRICT = (METRICS, 'metrics = ["spearman@original", "knn-recall@10"]')
BOTH = (
    METRICS,
    'metrics = ["spearman@original", "knn-recall@10", "knn-recall-near@10", "anti-hub-recall@10"]',
)
TWO_SETS = (
    ('test = ["test-set"]', 'test = ["test-set", "other"]'),
    ("[points.8x]", "[combine]\nboth = { test-set = 0.5, other = 0.5 }\n\n[points.8x]"),
    (TEST_SET, dataset("other", "other.npz") + TEST_SET),
)
Cell = dict[str, Any]


def _ran(folder: Path, *edits: tuple[str, str]) -> tuple[Cell, dict[str, Any], set[str]]:
    """Return the result, the scores and the modules of a cell of the small suite."""
    suite = write_suite(folder, edited(*edits))
    left, right = np.random.default_rng(1).standard_normal((2, 30, 8)).astype(np.float32)
    np.savez(folder / "other.npz", left=left, right=right)
    tree = Tree(folder / "out")
    listed = entries(suite, Place(folder, None, offline=True), tree)
    assert [] == run(listed, listed, tree, folder / "cache", 1, lambda *_: None)
    (entry,) = (entry for entry in listed if entry.cell.id == CELL)
    with np.load(tree.scores("mine", CELL)) as stored:
        scores = {key: stored[key] for key in stored.files}
    return read_stamped(tree.result("mine", CELL))[0], scores, set(entry.inputs.code(entry.cell))


def test_they_are_added_and_the_rest_is_as_without_them(tmp_path: Path) -> None:
    """The first pass's values come first, unchanged; so are its scores; sizes are the same."""
    (plain, scores, _), (more, all_scores, _) = (_ran(tmp_path / x[1][-9:-2], x) for x in (STRICT, BOTH))
    added = more["values"][len(plain["values"]) :]
    assert plain["values"] == more["values"][: len(plain["values"])]
    assert ["knn-recall-near@10", "anti-hub-recall@10"] == [value["metric"] for value in added]
    assert (plain["sizes"], plain["contamination"]) == (more["sizes"], more["contamination"])
    assert {key: x.tolist() for key, x in scores.items()} == {key: all_scores[key].tolist() for key in scores}


def test_values_are_those_of_the_scores(tmp_path: Path) -> None:
    """A mean over 80 queries, and a quotient of two; a near tie can only add to the strict count."""
    result, scores, _ = _ran(tmp_path / "both", BOTH)
    by_metric = {value["metric"]: value for value in result["values"]}
    near, rare = by_metric["knn-recall-near@10"], by_metric["anti-hub-recall@10"]
    own = {key.removeprefix("test-set@neighbor-lists@"): x for key, x in scores.items()}
    assert pytest.approx(own["near-recall@10"].mean(), rel=1e-5) == near["value"]
    assert (
        pytest.approx(own["anti-hubs-found@10"].sum() / own["anti-hubs@10"].sum(), rel=1e-5) == rare["value"]
    )
    assert (80, 80) == (near["n"], rare["n"])
    for value in (near, rare):
        assert value["low"] < value["value"] < value["high"]
    assert by_metric["knn-recall@10"]["value"] < near["value"] < 1


def test_sets_are_combined(tmp_path: Path) -> None:
    """A mean of two sets has the queries of both."""
    result, _, _ = _ran(tmp_path / "two", BOTH, *TWO_SETS)
    for metric in ("knn-recall-near@10", "anti-hub-recall@10"):
        own = {value["dataset"]: value for value in result["values"] if value["metric"] == metric}
        assert {"test-set": 80, "other": 60, "both": 140} == {name: value["n"] for name, value in own.items()}
        mean = (own["test-set"]["value"] + own["other"]["value"]) / 2
        assert pytest.approx(mean, abs=2e-6) == own["both"]["value"]


def test_a_result_names_the_code_of_the_second_pass_only_where_it_has_its_metrics(tmp_path: Path) -> None:
    """A change of it puts the results of these cells out of date, and no others."""
    strict, both = (_ran(tmp_path / name, edit)[2] for name, edit in (("strict", STRICT), ("both", BOTH)))
    of_the_pass = {"harness.evaluation.second_pass", "harness.evaluation.neighbor_lists"}
    assert of_the_pass <= both
    assert set() == of_the_pass & strict
