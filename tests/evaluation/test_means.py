"""Means over seeds and comparisons, as a run leaves them: made of the score files, kept while results are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from support.suites import COMPARED, END, dataset, write_files

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.status import entries
from harness.run.runner import run
from harness.statistics import bootstrap
from harness.types import Place
from report.evidence.results import gather
from report.evidence.values import MeasuredValue, over_seeds

SIGNS, IDENTITY = "own.train-set.projection-sign.8x", "own.train-set.identity"


@pytest.fixture
def ran(tmp_path: Path, small_suite: Any) -> tuple[Path, Tree, Place]:
    """Return the suite's path, its evidence of three seeds two pipelines of as many bytes, and the place."""
    path = small_suite(*COMPARED)
    tree, place = Tree(tmp_path / "out"), Place(path.parent, None, offline=True)
    _run(path, tree, place)
    return path, tree, place


def _run(path: Path, tree: Tree, place: Place) -> None:
    listed = entries(path, place, tree)
    assert [] == run(listed, listed, tree, tree.root / "store", 1, lambda *_: None)


def _batch(tree: Tree, size: int) -> dict[str, Any]:
    content, _ = read_stamped(tree.means("mine"))
    batch: dict[str, Any] = next(x for x in content["batches"] if x["of"]["bytes_per_vector"] == size)
    return batch


def _scores(tree: Tree, group: str, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    scores: np.ndarray[Any, np.dtype[np.float32]] = np.load(tree.scores("mine", f"{group}.s{seed}"))[
        "test-set"
    ]
    return scores


def test_a_mean_is_that_of_its_results_which_it_names(ran: tuple[Path, Tree, Place]) -> None:
    """The mean of three seeds is that of their values, and each is named with its certificate."""
    _, tree, _ = ran
    group = next(x for x in _batch(tree, 4)["groups"] if x["group"] == SIGNS)
    results = {f"{SIGNS}.s{i}": read_stamped(tree.result("mine", f"{SIGNS}.s{i}")) for i in range(3)}
    assert {cell: sha256 for cell, (_, sha256) in results.items()} == group["results"]
    (value,) = group["values"]
    expected = np.mean([content["values"][0]["value"] for content, _ in results.values()])
    assert expected == pytest.approx(value["value"], abs=1e-6)
    assert (40, 40) == (value["n"], value["units"])


def test_the_interval_is_that_of_scipys_spearman_on_the_same_draws(ran: tuple[Path, Tree, Place]) -> None:
    """Items and seeds drawn with the same weights, ranked by scipy: the same ends to a tenth of the width."""
    _, tree, _ = ran
    value = next(x for x in _batch(tree, 4)["groups"] if x["group"] == SIGNS)["values"][0]
    before = np.load(tree.scores("mine", "own"))["test-set"]
    counts, shares = (
        bootstrap.weights("test-set", 40)[:, :1500].T,
        bootstrap.seed_weights(f"mine {SIGNS}", 3)[:1500],
    )
    after = [_scores(tree, SIGNS, seed) for seed in range(3)]
    expected = [
        sum(
            share * spearmanr(np.repeat(before, row), np.repeat(after[i], row)).statistic
            for i, share in enumerate(some)
            if share
        )
        for row, some in zip(counts, shares, strict=True)
    ]
    low, high = np.percentile(expected, [2.5, 97.5])
    assert [low, high] == pytest.approx([value["low"], value["high"]], abs=0.1 * (high - low))


def test_methods_of_as_many_bytes_are_compared_with_each_baseline(ran: tuple[Path, Tree, Place]) -> None:
    """Of four bytes the truncation is compared with the signs, its difference being that of the means."""
    _, tree, _ = ran
    batch = _batch(tree, 4)
    (compared,) = batch["comparisons"]
    assert ("own.train-set.truncation-4.8x", SIGNS) == (compared["group"], compared["against"])
    means = {group["group"]: group["values"][0]["value"] for group in batch["groups"]}
    (less,) = compared["values"]
    assert means[compared["group"]] - means[SIGNS] == pytest.approx(less["value"], abs=1e-5)
    assert less["low"] <= less["value"] <= less["high"]
    assert 0 < less["p"] <= 1


def test_what_stands_alone_is_compared_with_nothing(ran: tuple[Path, Tree, Place]) -> None:
    """Nothing else has as many bytes as the uncompressed vectors."""
    assert [] == _batch(ran[1], 32)["comparisons"]


def test_means_that_are_there_are_not_made_again(ran: tuple[Path, Tree, Place]) -> None:
    """A run with nothing to do leaves the file, and one that lacks the means alone makes the same bytes."""
    path, tree, place = ran
    before = tree.means("mine")
    content, time = before.read_bytes(), before.stat().st_mtime_ns
    _run(path, tree, place)
    assert time == before.stat().st_mtime_ns
    before.unlink()
    _run(path, tree, place)
    assert content == before.read_bytes()


def test_the_report_reads_means_of_the_results_at_hand_alone(ran: tuple[Path, Tree, Place]) -> None:
    """Each value of a group has the same mean; where a result of it is gone, none of the others has one."""
    _, tree, _ = ran
    mean = over_seeds(_first_values(tree))
    assert 3 == mean.seeds
    assert mean.low < mean.value < mean.high
    tree.result("mine", f"{SIGNS}.s2").unlink()
    assert [None, None] == [value.mean for value in _first_values(tree)]


def _first_values(tree: Tree) -> list[MeasuredValue]:
    """Return the first value of each seed of the random signs."""
    return [measured.values[0] for measured in gather(tree).results if measured.name.startswith(SIGNS)]


def test_a_cell_that_runs_again_beside_new_ones_counts_once(ran: tuple[Path, Tree, Place]) -> None:
    """A pipeline with a test set of its own changes the scores before compression: the others run again."""
    path, tree, place = ran
    before = [group["values"] for group in _batch(tree, 32)["groups"]]
    signs = next(group["values"] for group in _batch(tree, 4)["groups"] if group["group"] == SIGNS)
    pipeline = (
        COMPARED[2][1]
        .removesuffix(END)
        .replace("truncation-4", "truncation-8")
        .replace("bits = 4", "bits = 8")
    )
    pipeline = pipeline.replace("points", 'test = ["other-set"]\npoints')
    write_files(path, path.read_text("utf-8") + pipeline + dataset("other-set", "test.npz"))
    _run(path, tree, place)
    assert before == [group["values"] for group in _batch(tree, 32)["groups"]]
    assert signs == next(group["values"] for group in _batch(tree, 4)["groups"] if group["group"] == SIGNS)
