"""Planners side by side: what they see and do not see, the files, and their values again from scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.fake_tqp import fake_tqp
from support.vectors import random_floats

from harness.audit.rows import Options
from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.peers import parse_comparison, parse_times
from harness.evidence.stamp import read_stamped, write_stamped
from harness.peers.comparison import Compared, Question, compare
from harness.peers.tqp import Tqp
from harness.peers.writing import write
from harness.verification import planner_values

TARGET = "knn-recall@10 >= 0.8"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 640 vectors near a subspace, and a stand-in for turboquant-pro."""
    root = tmp_path_factory.mktemp("planners")
    rows = random_floats(640, 6) @ random_floats(6, 16) + 0.2 * random_floats(640, 16)
    np.save(root / "vectors.npy", rows)
    fake_tqp(root / "bin")
    return root


def _question(folder: Path) -> Question:
    return Question(Options(str(folder / "vectors.npy")), TARGET, 60, "mine", "Planted vectors")


@pytest.fixture(scope="module")
def compared(folder: Path) -> Compared:
    """Return the comparison of the audit and the stand-in."""
    return compare(_question(folder), Tqp.at(folder / "bin" / "tqp"), lambda *_: None)


def test_planners_see_no_row_that_is_searched(folder: Path, compared: Compared) -> None:
    """What the tool planned on and what it encoded are the two halves of the file."""
    seen, rows = (np.load(folder / "bin" / "seen" / f"{name}.npy") for name in ("seen", "rows"))
    both = {row.tobytes() for row in seen} | {row.tobytes() for row in rows}
    assert {row.tobytes() for row in np.load(folder / "vectors.npy")} == both
    assert (320, 320) == (len(seen), len(rows))
    assert (320, 320, 320) == (
        compared.comparison.seen, compared.comparison.searched, compared.comparison.queries
    )  # fmt: skip


def test_the_audit_stands_beside_the_tool_at_its_defaults_and_with_more_rows(compared: Compared) -> None:
    """The stand-in promises 0.925 for uncompressed queries, measured on 50 rows, and on what 320 leave."""
    planners = compared.comparison.planners
    assert [("harness audit", "--rows 320"), ("tqp plan", ""), ("tqp plan", "--sample 320")] == [
        (each.planner, each.options) for each in planners
    ]
    promises = [each.promise for each in planners[1:] if each.promise]
    assert [(6.5, 0.925, 50), (6.5, 0.925, 270)] == [(x.bytes_per_vector, x.value, x.rows) for x in promises]
    sizes = planners[1].sizes
    assert sizes is not None
    assert (8, 8.3125) == (sizes.bytes_per_vector, sizes.amortised_bytes)  # 100 bytes of state, 320 rows


def test_the_recommendation_of_the_audit_holds_on_the_other_half(compared: Compared) -> None:
    """The promise is of rows of the seen half; its measured value lies near it."""
    own = compared.comparison.planners[0]
    assert own.promise is not None
    value = own.value(own.promise.query, 320)
    assert value is not None
    assert own.promise.low is not None
    assert own.promise.low >= 0.8
    assert abs(own.promise.value - value.value) < 0.1


def test_the_files_are_read_again_and_their_values_follow_from_the_scores(
    tmp_path: Path, compared: Compared
) -> None:
    """Seconds stand in a file of their own; the comparison has no clock."""
    tree = Tree(tmp_path)
    path = write(compared, tree)
    assert [path] == tree.comparisons()
    assert compared.comparison == parse_comparison(path, read_stamped(path)[0])
    times = tree.planning_times("mine")
    assert 3 == len(parse_times(times, read_stamped(times)[0]).planners)
    assert "seconds" not in path.read_text()
    assert [] == planner_values.problems(tree)
    assert {path, times, tmp_path / "peers" / "mine.npz"} == set(tree.extras())


def test_a_value_that_its_scores_do_not_have_is_named(tmp_path: Path, compared: Compared) -> None:
    """A value that was edited and stamped anew is a line, with what it has to be."""
    tree = Tree(tmp_path)
    path = write(compared, tree)
    content = read_stamped(path)[0]
    value = next(x for x in content["planners"][1]["values"] if x["query"] == "uncompressed")
    value["value"], value["high"] = value["value"] + 0.001, 1.0
    write_stamped(path, content)
    (line,) = planner_values.problems(tree)
    assert line.startswith(f"{path}: 1/uncompressed/{value['rows']} rows: found ")


def test_the_same_question_has_the_same_answer(folder: Path, compared: Compared) -> None:
    """Content and scores are the same to the byte."""
    again = compare(_question(folder), Tqp.at(folder / "bin" / "tqp"), lambda *_: None)
    assert compared.comparison == again.comparison
    assert compared.scores == again.scores


def test_a_tool_without_a_plan_is_a_row_too(folder: Path, tmp_path: Path) -> None:
    """The other planner is measured all the same."""
    tqp = Tqp.at(fake_tqp(tmp_path / "bin", problem="Need at least 1152 samples"))
    comparison = compare(_question(folder), tqp, lambda *_: None).comparison
    assert ["", *["ValueError: Need at least 1152 samples"] * 2] == [x.problem for x in comparison.planners]
    assert comparison.planners[0].values


@pytest.mark.parametrize("target", ["spearman@original >= 0.9", "tolerant-knn-recall@10 >= 0.9"])
def test_a_target_that_the_other_planner_does_not_have_is_refused(folder: Path, target: str) -> None:
    """Both can be asked for a recall of neighbours."""
    with pytest.raises(InputError, match=r"^--target: found '.*', expected 'knn-recall@k >= FRACTION'$"):
        compare(replace(_question(folder), target=target), None, lambda *_: None)
