"""A suite on a set that is large: mapped, compared by bytes within itself, without pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.suites import write_files

from harness import limits
from harness.data import sampling
from harness.evaluation import evaluation_context
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.status import entries
from harness.run.runner import run
from harness.types import Place

SUITE = """
name = "tiny"
title = "tiny"
question = "Does a large set run?"
metrics = ["knn-recall@10", "spearman-random@original"]
protocols = ["as-published", "decontaminated"]
seeds = [0]
train = ["few"]
test = ["many"]
encoders = ["own"]

[[pipelines]]
name = "sign"
label = "signs"
family = "sign"
steps = [{ use = "sign" }]

# file: datasets/few.toml
title = "few"
licence = "ours"
origins = [{ use = "planted-vectors", rows = 300, dimension = 8, seed = 0, part = "train" }]

# file: datasets/many.toml
title = "many"
licence = "ours"
origins = [{ use = "planted-vectors", rows = 65600, dimension = 8, seed = 0 }]

# file: encoders/own.toml
title = "own"
use = "as-is"
dimension = 8
"""


def result(folder: Path, suite: str) -> dict[str, Any]:
    """Run the suite, and return the content of its only result."""
    tree = Tree(folder / "out")
    assert [] == failures(folder, suite)
    (path,) = (tree.root / "results" / "tiny").glob("own.*.json")
    return dict(read_stamped(path)[0])


def failures(folder: Path, suite: str) -> list[str]:
    """Run the suite, and return a line for each cell that failed."""
    write_files(folder / "tiny.toml", suite)
    tree = Tree(folder / "out")
    listed = entries(folder / "tiny.toml", Place(folder, None, offline=True), tree)
    return run(listed, listed, tree, folder / "cache", 1, lambda *_: None)


@pytest.fixture(autouse=True)
def _store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def test_a_large_set_without_pairs_has_values_of_random_pairs_and_neighbours(tmp_path: Path) -> None:
    """The audit counts no pair, and says how copies within the set were found."""
    content = result(tmp_path, SUITE)
    assert {"knn-recall@10", "spearman-random@original"} == {value["metric"] for value in content["values"]}
    audit = content["contamination"]["many"]
    assert (0, 0, "bytes") == (audit["pairs"], audit["pairs_with_a_seen_sentence"], audit["copies_within"])
    assert "rows_of_pairs" not in audit


def test_a_set_of_many_rows_has_pairs_among_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit says among how many; of 400 rows copies are found by cosine, as ever."""
    monkeypatch.setattr(sampling, "GRADED_ROWS", 100)
    few = SUITE.replace("rows = 65600, ", "rows = 400, pairs = 2, ").replace(
        "knn-recall@10", "spearman@original"
    )
    content = result(tmp_path, few)
    audit = content["contamination"]["many"]
    assert (200, 100) == (audit["pairs"], audit["rows_of_pairs"])
    assert "copies_within" not in audit


def test_timings_of_rows_that_exceed_memory_are_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names the suite's key and the set; no scores and no codec are left."""
    monkeypatch.setattr(limits, "SEARCHED_BYTES", limits.Limit(2**20, "bytes of vectors", "a test"))
    (line,) = failures(tmp_path, SUITE.replace("seeds = [0]", "seeds = [0]\ntimings = true"))
    found = "found 2,099,200 bytes of vectors, expected at most 1,048,576: a test"
    assert line.endswith(f": timings = true: many: {found}")
    assert [] == [path for path in (tmp_path / "out").rglob("*") if "own.few" in path.name]


def test_memory_that_runs_out_over_the_training_split_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is anywhere in a cell."""

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(evaluation_context, "training_of", exhausted)
    (line,) = failures(tmp_path, SUITE)
    assert ": memory ran out while opening its vectors: " in line
