"""Settings chosen by folds of STS-B train and by dev: which, and what the difference is worth."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence.schema.means import MeanDifference
from report.evidence.means import Comparisons
from report.evidence.rows import Row
from report.tables.folds import FINALS, FOLDS, SAME, UNMEASURED, Choice, Folds
from report.tables.rows import Rows

SPLITS = ("but-0", "but-1")
RETENTION, KEPT = "retention@human", "decontaminated"
# Retention by pipeline: on either fold, and on dev.
VALUES = {"one": (0.90, 0.94, 0.93), "other": (0.88, 0.92, 0.95), "least": (0.5, 0.5, 0.5)}


def _row(suite: str, dataset: str, train: str, pipeline: str, value: float, size: int = 7) -> Row:
    place: dict[str, Any] = {"encoder": "minilm", "point": "p", "grid": "", "asymmetric": False, "seed": 0}
    return Row(
        **place, suite=suite, cell=f"{train}.{pipeline}.s0", pipeline=pipeline, train=train, ratio=1.0,
        bytes_per_vector=size, protocol=KEPT, dataset=dataset, metric=RETENTION, value=value,
        low=value - 0.03, high=value + 0.04, n=50,
    )  # fmt: skip


def _less(value: float, low: float, high: float, dataset: str) -> dict[tuple[str, str, str], MeanDifference]:
    less = MeanDifference(
        protocol=KEPT, dataset=dataset, metric=RETENTION, value=value, low=low, high=high, p=0.5
    )
    return {less.key: less}


def _folds(values: dict[str, tuple[float, float, float]], size: int = 7) -> Folds:
    rows = [
        _row(suite, dataset, train, name, value, size)
        for name, each in values.items()
        for suite, dataset, train, value in (
            ("fold-search", "stsb-train", SPLITS[0], each[0]),
            ("fold-search", "stsb-train", SPLITS[1], each[1]),
            ("dev-search", "stsb-dev", "stsb-train", each[2]),
            *(("fold-choice", dataset, "stsb-train", 0.9) for dataset in FINALS),
        )
    ]
    differences = {
        ("fold-search", f"{SPLITS[0]}.one", f"{SPLITS[0]}.other"): _less(0.02, -0.01, 0.05, "stsb-train"),
        ("fold-search", f"{SPLITS[1]}.one", f"{SPLITS[1]}.other"): _less(0.02, -0.02, 0.06, "stsb-train"),
        ("fold-choice", "stsb-train.one", "stsb-train.other"): _less(-0.01, -0.02, -0.001, FINALS[0]),
    }
    return Folds(Rows(rows), Comparisons(differences))


def _by_dataset(folds: Folds) -> dict[str, Choice]:
    return {choice.dataset: choice for choice in folds.choices("minilm")}


def test_the_best_on_average_over_folds_is_chosen() -> None:
    """0.92 against 0.90 on the folds, 0.93 against 0.95 on dev."""
    for choice in _folds(VALUES).choices("minilm"):
        assert (7, "one", "other") == (choice.bytes, choice.by_folds.name, choice.by_dev.name)
    assert ["one", "other", "least"] == [line.name for line in _folds(VALUES).lines("minilm")]


def test_intervals_of_folds_add_in_quadrature() -> None:
    """Each fold's ends are 0.03 and 0.04 away: of the mean of two by the square root of two less."""
    first = _folds(VALUES).lines("minilm")[0].folds
    assert (0.92, 100) == (pytest.approx(first.value), first.n)
    assert (pytest.approx(0.92 - 0.03 / 2**0.5), pytest.approx(0.92 + 0.04 / 2**0.5)) == (
        first.low,
        first.high,
    )
    less = _by_dataset(_folds(VALUES))[FOLDS].less
    assert less is not None
    # ends 0.03 and 0.04 away: sqrt(0.0025) / 2 = 0.025
    assert [0.02, -0.005, 0.045] == [pytest.approx(end) for end in (less.value, less.low, less.high)]


def test_the_difference_on_the_test_sets_is_the_one_that_a_run_computed() -> None:
    """Worse where its interval excludes zero; where no run compared the two, the table says so."""
    chosen = _by_dataset(_folds(VALUES))
    assert "worse" == chosen[FINALS[0]].outcome
    assert UNMEASURED == chosen[FINALS[1]].outcome
    assert "no significant difference" == chosen[FOLDS].outcome


def test_where_both_choose_alike_there_is_no_difference() -> None:
    """The same setting is compared with nothing."""
    values = {**VALUES, "other": (0.88, 0.92, 0.6)}
    assert {SAME} == {choice.outcome for choice in _folds(values).choices("minilm")}


def test_a_setting_that_a_fold_or_dev_lacks_is_no_choice() -> None:
    """Only what was measured on all of them can be chosen."""
    whole = _folds(VALUES)
    rows = [
        _row("fold-search", "stsb-train", SPLITS[0], "alone", 0.99),
        *(row for key in VALUES for row in _rows_of(key)),
    ]
    assert [line.name for line in whole.lines("minilm")] == [
        line.name for line in Folds(Rows(rows), Comparisons({})).lines("minilm")
    ]


def _rows_of(name: str) -> list[Row]:
    first, second, dev = VALUES[name]
    return [
        _row("fold-search", "stsb-train", SPLITS[0], name, first),
        _row("fold-search", "stsb-train", SPLITS[1], name, second),
        _row("dev-search", "stsb-dev", "stsb-train", name, dev),
    ]
