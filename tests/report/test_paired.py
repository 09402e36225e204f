"""Two settings compared on the same resamples: intervals, few differences, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from support.evidence import a_result

from harness.evidence.files import sha256_file
from harness.evidence.schema.means import MeanDifference
from harness.evidence.schema.result import Result
from report.evidence import paired
from report.evidence.paired import Difference, Paired

KEY = "set@queries@knn-recall@10"
THEIRS = [0.25, 0.5, 0.75, 0.5]
NOWHERE = paired.Scores("scores/s/none.s0.npz", "0" * 64, "s none", ())


def files(root: Path, name: str, seeds: list[list[float]], times: int) -> paired.Files:
    """Write a score file a seed, each list of scores so many times over, and return their names."""
    both: list[paired.Scores] = []
    for seed, scores in enumerate(seeds):
        path = root / "scores" / "s" / f"{name}.s{seed}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{KEY: np.tile(scores, times).astype(np.float32)})
        place = path.relative_to(root).as_posix()
        both.append(paired.Scores(place, sha256_file(path), f"s {name}", ()))
    return both


@pytest.mark.parametrize(
    ("own", "times", "outcome"),
    [
        ([[0.5, 0.75, 1.0, 0.75]], 10, "better"),
        ([[0.0, 0.25, 0.5, 0.25]], 10, "worse"),
        ([[0.5, 0.25, 1.0, 0.25]], 10, "no significant difference"),
        ([[0.0, 0.25, 0.5, 0.25], [1.0, 1.25, 1.5, 1.25]], 10, "no significant difference"),
        ([[0.5, 0.75, 1.0, 0.75]], 1, "no significant difference"),
    ],
    ids=[
        "a quarter more",
        "a quarter less",
        "more and less",
        "two seeds, one better and one worse",
        "four queries",
    ],
)
def test_an_outcome_is_computed_query_by_query(
    tmp_path: Path, own: list[list[float]], times: int, outcome: str
) -> None:
    """Four scores ten times over are forty queries; of four alone the signs may be chance."""
    both = files(tmp_path, "mine", own, times), files(tmp_path, "theirs", [THEIRS], times)
    actual = paired.compared(tmp_path, both, KEY, (1.0, 0.0))
    assert outcome == actual.outcome
    assert np.mean(np.mean(own, axis=0) - THEIRS) == pytest.approx(actual.less.value)


def test_without_files_the_means_are_left(tmp_path: Path) -> None:
    """Their difference has no interval, and the outcome says what is missing."""
    actual = paired.compared(tmp_path, ([NOWHERE], [NOWHERE]), KEY, (0.75, 0.5))
    assert Paired(Difference(0.25), "no scores of single queries here") == actual


@pytest.mark.parametrize(
    ("less", "outcome"),
    [
        ({"value": 0.25, "low": 0.125, "high": 0.5}, "better"),
        ({"value": -0.25, "low": -0.5, "high": -0.125}, "worse"),
        ({"value": 0.25, "low": 0.0, "high": 0.5}, "no significant difference"),
    ],
)
def test_a_difference_that_a_run_left_has_its_outcome(less: dict[str, float], outcome: str) -> None:
    """Better or worse where its interval leaves out zero, whatever the two means are printed as."""
    stated = MeanDifference(protocol="p", dataset="d", metric="m", p=0.5, **less)
    assert Paired(Difference(**less), outcome) == paired.stated(stated, (0.5, 0.5))


def test_what_no_run_compared_is_told_from_what_does_not_differ() -> None:
    """The difference of the means has no interval, and no side of it is better."""
    expected = Paired(Difference(0.25), "not compared in this evidence")
    assert expected == paired.stated(None, (0.75, 0.5))


def test_a_paired_difference_has_the_interval_of_a_paired_t_test(tmp_path: Path) -> None:
    """On 400 queries scipy's paired interval, of Student's distribution, agrees within a twentieth of it."""
    own, theirs = np.random.default_rng(0).random((2, 400))
    both = files(tmp_path, "mine", [own.tolist()], 1), files(tmp_path, "theirs", [theirs.tolist()], 1)
    difference = paired.compared(tmp_path, both, KEY, (0.0, 0.0)).less
    low, high = stats.ttest_rel(own, theirs).confidence_interval(0.95)
    assert [np.mean(own - theirs), low, high] == pytest.approx(
        [difference.value, difference.low, difference.high], abs=0.05 * (high - low)
    )


def test_seeds_that_differ_widen_a_difference(tmp_path: Path) -> None:
    """Queries that all differ by 0.1 leave no doubt; seeds of 0 and 0.2 more are both in the interval."""
    theirs = files(tmp_path, "theirs", [THEIRS], 10)
    one = files(tmp_path, "one", [[x + 0.1 for x in THEIRS]], 10)
    two = files(tmp_path, "two", [THEIRS, [x + 0.2 for x in THEIRS]], 10)
    sure = paired.compared(tmp_path, (one, theirs), KEY, (0.0, 0.0)).less
    unsure = paired.compared(tmp_path, (two, theirs), KEY, (0.0, 0.0)).less
    assert pytest.approx([0.1, 0.1], abs=1e-6) == [sure.low, sure.high]
    assert pytest.approx([0.0, 0.2], abs=1e-6) == [unsure.low, unsure.high]


@pytest.mark.parametrize(
    ("gained", "lost", "chance"),
    [(4, 0, True), (5, 0, True), (6, 0, False), (8, 1, False), (7, 1, True), (0, 0, True)],
)
def test_few_queries_that_differ_are_held_against_chance(gained: int, lost: int, chance: bool) -> None:
    """Six of six heads come once in 32 tosses, five of five once in 16; of many the interval decides."""
    less = np.array([1.0] * gained + [-1.0] * lost + [0.0] * 300)
    assert chance == paired.by_chance(less)
    assert not paired.by_chance(np.array([1.0] * 15 + [-1.0] * 15))


def test_a_set_that_was_renamed_is_drawn_as_before() -> None:
    """A result's scores are drawn under the earlier names of the set and of the training split."""
    cell = {"encoder": "own", "train": "new-train", "tests": ["new-set"]}
    file = {"path": "scores/s/a.npz", "sha256": "0" * 64}
    earlier = {"new-train": {"drawn_as": "train"}, "new-set": {"drawn_as": "set"}}
    expected = [("s own.train.pipeline", (("new-set", "set"),)), ("s own.new-train.pipeline", ())]
    for (group, renamed), datasets in zip(expected, (earlier, {"new-train": {}, "new-set": {}}), strict=True):
        content = a_result(
            cell, cell="own.new-train.pipeline.s0", inputs={"datasets": datasets}, files={"after": file}
        )
        scores = paired.Scores(file["path"], file["sha256"], group, renamed)
        assert scores == paired.scores_of(Result.model_validate(content))
