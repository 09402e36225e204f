"""Jitter: what is disturbed, how far values move, and what follows for tolerances and intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command import Cli
from support.pages import json_rows
from support.suites import SmallSuite

from harness.errors import InputError, RunError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.stability import Stability, widened
from harness.evidence.stamp import read_stamped, write_stamped
from harness.planning.status import Entry, entries
from harness.run import jitter, runner
from harness.run.compare import compare
from harness.types import Place
from report.evidence.results import results
from report.evidence.rows import rows_of
from report.evidence.values import over_seeds
from report.tables.jitter import Jitter

KEY = ("as-published", "test-set", "spearman@original")
PIPELINE = ("mine", "own", "identity", None)


def _entries(path: Path, out: Path) -> list[Entry]:
    return entries(path, Place(path.parent, None, offline=True), Tree(out))


@pytest.fixture
def measured(small_suite: SmallSuite, tmp_path: Path) -> Path:
    """Return the folder in which the small suite was run and disturbed, in this process."""
    path, tree, store = small_suite(), Tree(tmp_path / "out"), tmp_path / ".cache"
    planned = _entries(path, tree.root)
    assert [] == runner.run(planned, planned, tree, store, 1, lambda *_: None)
    assert [] == jitter.run(_entries(path, tree.root), tree, store, 1, lambda *_: None)
    return tmp_path


def _rewrite(out: Path, move: float, **changed: Any) -> None:
    """Let every move of the first pipeline be ``move``, and its entry as ``changed``."""
    path = out / "jitter" / "mine.json"
    content, _ = read_stamped(path)
    for value in content["cells"][0]["values"]:
        value["moves"] = [0.0, -move, move / 2]
    content["cells"][0] |= changed
    write_stamped(path, content)


# -- What is disturbed


def test_numbers_move_in_the_last_place_and_equal_rows_stay_equal() -> None:
    """Every number moves by at most 1e-7 of itself and a rounding; a row that stands twice moves as one."""
    x = np.random.default_rng(0).standard_normal((3000, 16)).astype(np.float32)
    x[2999] = x[0]
    moved = jitter.disturbed(x, "own, test-set", 0)
    assert np.float32 == moved.dtype
    assert (np.abs(moved.astype(float) - x) <= (1e-7 + 6e-8) * np.abs(x)).all()
    assert 0.5 < (moved != x).mean() < 1
    assert moved[0].tobytes() == moved[2999].tobytes()


def test_a_disturbance_follows_from_its_name_and_number() -> None:
    """The same name and number give the same bytes, another of either other ones."""
    x = np.ones((4, 8), np.float32)
    first = jitter.disturbed(x, "own, a", 0)
    assert first.tobytes() == jitter.disturbed(x, "own, a", 0).tobytes()
    for name, number in (("own, a", 1), ("own, b", 0)):
        assert first.tobytes() != jitter.disturbed(x, name, number).tobytes()


def test_one_seed_split_and_setting_stands_for_a_pipeline(small_suite: SmallSuite, tmp_path: Path) -> None:
    """The lowest seed wherever it stands in the list; what is deterministic has one anyway."""
    path = small_suite(("seeds = [0]", "seeds = [2, 0, 1]"))
    selected = [entry.cell.id for entry in jitter.selected(_entries(path, tmp_path / "out"))]
    assert ["own.train-set.identity.s2", "own.train-set.projection-sign.8x.s0"] == selected


# -- What is kept


def test_what_is_left_out_as_large_is_not_disturbed(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Nobody asked for it: a run left it without a result, and its vectors may take hours."""
    path = small_suite(("[encoders.own]", '[encoders.own]\nlarge = "hours"'))
    planned = _entries(path, tmp_path / "out")
    assert {"left out"} == {entry.state for entry in planned}
    assert [] == jitter.selected(planned)


def test_every_value_of_a_pipeline_has_three_moves(measured: Path) -> None:
    """The file names the disturbance, the metrics' tolerances and the results that were moved."""
    content, _ = read_stamped(measured / "out" / "jitter" / "mine.json")
    assert {"relative": 1e-7, "draws": 3} == content["disturbance"]
    assert {"spearman@original": 0.01} == content["floors"]
    cells = [entry["cell"] for entry in content["cells"]]
    assert ["own.train-set.identity.s0", "own.train-set.projection-sign.8x.s0"] == cells
    for entry in content["cells"]:
        result = json.loads((measured / "out" / "results" / "mine" / f"{entry['cell']}.json").read_text())
        assert result["sha256"] == entry["result"]
        (value,) = entry["values"]
        assert KEY == stability.key_of(value)
        assert 3 == len(value["moves"])
        assert max(map(abs, value["moves"])) < 1e-3


def test_what_was_measured_is_not_measured_again(measured: Path) -> None:
    """A second call takes the stored values and makes those that are missing: the same bytes."""
    path = measured / "out" / "jitter" / "mine.json"
    before = path.read_bytes()
    stored = sorted((measured / ".cache" / "jitter").iterdir())
    stamps = [file.stat().st_mtime_ns for file in stored]
    stored[0].unlink()
    path.unlink()
    tree = Tree(measured / "out")
    planned = _entries(measured / "suites" / "mine.toml", tree.root)
    assert [] == jitter.run(planned, tree, measured / ".cache", 1, lambda *_: None)
    assert before == path.read_bytes()
    assert stored == sorted((measured / ".cache" / "jitter").iterdir())
    assert stamps[1:] == [file.stat().st_mtime_ns for file in stored][1:]


def test_jitter_comes_after_a_run(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Without results there is nothing that moves are measured against."""
    planned = _entries(small_suite(), tmp_path / "out")
    with pytest.raises(RunError, match=r"2 cells are to do, mine own\.train-set\.identity\.s0 first"):
        jitter.run(planned, Tree(tmp_path / "out"), tmp_path / "store", 1, lambda *_: None)


def test_jitter_of_an_earlier_result_says_nothing(measured: Path) -> None:
    """An entry of a result that was made anew is left out, and a maintainer is told before publishing."""
    tree = Tree(measured / "out")
    planned = _entries(measured / "suites" / "mine.toml", tree.root)
    assert [] == jitter.incomplete(planned, tree)
    _rewrite(tree.root, 0.5, result="0" * 64)
    assert PIPELINE not in stability.read(tree).moves
    (line,) = jitter.incomplete(planned, tree)
    assert line.endswith("found 1 pipelines as they are now, expected 2")
    tree.jitter("mine").unlink()
    assert [] == jitter.incomplete(planned, tree)


def test_a_file_that_is_no_jitter_is_refused_in_one_line(measured: Path) -> None:
    """A metric without a tolerance, or anything else that the command does not write."""
    tree = Tree(measured / "out")
    content, _ = read_stamped(tree.jitter("mine"))
    write_stamped(tree.jitter("mine"), {**content, "floors": {}})
    with pytest.raises(InputError, match=r"mine\.json: floors\.spearman@original: found nothing"):
        stability.read(tree)


# -- What follows


@pytest.mark.parametrize(("move", "state"), [(0.001, "DIFFERS"), (0.02, "WITHIN TOLERANCE")])
def test_a_rerun_may_be_off_by_three_times_the_largest_move(move: float, state: str, measured: Path) -> None:
    """A value that is 0.05 off differs where the pipeline is stable, and not where it moves by 0.02."""
    committed, here = Tree(measured / "out"), Tree(measured / "here")
    _rewrite(committed.root, move)
    for source in committed.root.glob("results/mine/*.json"):
        content, _ = read_stamped(source)
        if content["cell"] == "own.train-set.identity.s0":
            content["values"][0]["value"] -= 0.05
            content["values"][0]["low"] -= 0.05
        write_stamped(here.result("mine", source.stem), content)
    assert {"own.train-set.identity.s0": state, "own.train-set.projection-sign.8x.s0": "SAME BYTES"} == {
        line.cell: line.state for line in compare(here, committed)
    }


def test_an_unstable_pipeline_is_marked_and_its_jitter_is_in_the_interval(measured: Path, quick: Cli) -> None:
    """Beyond the metric's tolerance of 0.01 a value has a mark, and a wider interval."""
    tree = Tree(measured / "out")
    plain = {row["cell"]: row for row in json_rows(tree) if row["metric"] == KEY[2]}
    _rewrite(tree.root, 0.03)
    rows = {row["cell"]: row for row in json_rows(tree) if row["metric"] == KEY[2]}
    stable, turned = "own.train-set.projection-sign.8x.s0", "own.train-set.identity.s0"
    assert plain[stable] == rows[stable]
    assert 0.03 == rows[turned]["jitter"]
    before, after = plain[turned], rows[turned]
    for end in ("low", "high"):
        expected = np.hypot(before[end] - before["value"], 0.03)
        assert expected == pytest.approx(abs(after[end] - after["value"]))
    mean = over_seeds(rows_of(results(tree)[0])[:1])
    assert after["low"] == mean.low
    printed = quick("results", "--from", "out", cwd=measured).stdout
    assert 1 == printed.count("†")
    assert f"{after['value']} †" in printed


def test_moves_under_the_tolerance_leave_values_as_they_are(measured: Path) -> None:
    """What moves less than the metric's tolerance has no mark and no wider interval."""
    tree = Tree(measured / "out")
    plain = json_rows(tree)
    _rewrite(tree.root, 0.009)
    assert plain == json_rows(tree)
    assert all("jitter" not in row for row in plain)


def test_widening_is_in_quadrature_and_nothing_without_jitter() -> None:
    """Halves of 3 and 0 with a jitter of 4 become 5 and 4."""
    assert (7.0, 10.0) == widened(10.0, 7.0, 10.0, None)
    assert (5.0, 14.0) == widened(10.0, 7.0, 10.0, 4.0)


def test_the_report_lists_what_moves_most_of_each_unstable_pipeline() -> None:
    """In units of the tolerance: 0.03 of 0.01 is more than 0.04 of 0.02."""
    moves = {("p", "d", "a"): 0.03, ("p", "d", "b"): 0.04}
    floors = {"a": 0.01, "b": 0.02}
    measured = {PIPELINE: moves, ("mine", "own", "pca", "8x"): {("p", "d", "a"): 0.0}}
    summary = Jitter(Stability(measured, floors))
    assert 2 == summary.measured()
    (line,) = summary.lines()
    assert ("identity", None, "a", 0.03, 0.01) == (
        line.chain, line.point, line.metric, line.move, line.floor
    )  # fmt: skip
