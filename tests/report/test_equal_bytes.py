"""Section 5.6: the best in as many bytes is that of every suite."""

from __future__ import annotations

from typing import Any

from report.evidence.rows import Row
from report.tables.rows import Rows
from report.tables.sts import Generalization


def a_row(suite: str, pipeline: str, value: float, size: int = 26, **changes: Any) -> Row:
    """Return what a pipeline of MPNet keeps of decontaminated STS12–16, trained on STS-B train."""
    place: dict[str, Any] = {
        "encoder": "mpnet", "train": "stsb-train", "point": "117x", "grid": "", "asymmetric": False,
        "protocol": "decontaminated", "dataset": "sts12-16", "metric": "retention@human", "ratio": 117.0,
        "seed": 0,
    }  # fmt: skip
    return Row(
        **(place | changes), suite=suite, cell=f"mpnet.stsb-train.{pipeline}.s0", pipeline=pipeline,
        bytes_per_vector=size, value=value, low=value - 0.01, high=value + 0.01, n=50,
    )  # fmt: skip


def test_the_best_is_of_every_suite_with_decontaminated_pairs() -> None:
    """Of as many bytes or fewer; not one that compresses one side, nor one measured as published alone."""
    rows = [
        a_row("sharper-sts", "sharp", 0.95, 24, point="24-bytes"),
        a_row("sts-generalization", "lens-pq", 0.9),
        a_row("sharper-sts", "larger", 0.99, 27),
        a_row("sharper-sts", "one-sided", 0.99, asymmetric=True),
        a_row("three-stage", "published", 0.99, protocol="as-published"),
    ]
    (line,) = Generalization(Rows(rows), []).sizes()
    mean = line.retention["published design"]
    assert (26, 0.9) == (line.bytes, mean and mean.value)
    assert ("sharper-sts", "sharp", 24) == (
        line.best.suite, line.best.setting.pipeline, line.best.setting.bytes
    )  # fmt: skip


def test_of_equal_values_that_of_the_section_own_suite_is_named() -> None:
    """A pipeline that another suite measured again is no other one."""
    rows = [a_row("fold-choice", "lens-pq", 0.9), a_row("sts-generalization", "lens-pq", 0.9)]
    (line,) = Generalization(Rows(rows), []).sizes()
    assert "sts-generalization" == line.best.suite
