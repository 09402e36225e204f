"""The command of turboquant-pro: what it is given, what it answers, and each way in which that fails."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.fake_tqp import PLAN, SIZES, fake_tqp
from support.vectors import random_floats

from harness.errors import InputError
from harness.peers import tqp as tqp_module
from harness.peers.tqp import Tqp, TqpPlan, measured_on

REAL = os.environ.get("TQP") or shutil.which("tqp")
real = pytest.mark.skipif(REAL is None, reason="no tqp: TQP names none, and none is on PATH")


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """Return a file of 40 vectors."""
    np.save(tmp_path / "seen.npy", random_floats(40, 8))
    return tmp_path / "seen.npy"


def _plan(command: Path, seen: Path, sample: int | None = None) -> TqpPlan | str:
    return Tqp.at(command).plan(seen, 10, 0.9, sample, seen.with_name("plan.json"))


def test_the_plan_is_what_the_command_writes(tmp_path: Path, seen: Path) -> None:
    """Exit status 1 is a plan that the tool itself has doubts about, and its doubts are in it."""
    plan = _plan(fake_tqp(tmp_path / "bin"), seen)
    assert isinstance(plan, TqpPlan)
    assert ("PCA-4 + TQ4", 6.5, 0.925) == (
        plan.recommended.label, plan.recommended.bytes_per_vector, plan.recommended.recall
    )  # fmt: skip
    assert ["a flag"] == plan.risk_flags
    assert "9.9.9" == Tqp.at(tmp_path / "bin" / "tqp").version()


def test_the_command_is_given_file_target_and_sample(tmp_path: Path, seen: Path) -> None:
    """The metric is named in the tool's own words; without a sample the tool's default holds."""
    command = fake_tqp(tmp_path / "bin")
    given = tmp_path / "bin" / "seen" / "arguments.json"
    _plan(command, seen)
    assert ["plan", "embeddings", "--embeddings", str(seen)] == json.loads(given.read_text())[:4]
    assert ["--target", "recall@10 >= 0.9"] == json.loads(given.read_text())[-2:]
    _plan(command, seen, 500)
    assert ["--sample", "500"] == json.loads(given.read_text())[-2:]


def test_no_key_and_no_path_of_ours_reaches_the_command(
    tmp_path: Path, seen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another project's program gets the variables that pin threads, and nothing else of this process."""
    monkeypatch.setenv("AEQA_API_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/ours")
    _plan(fake_tqp(tmp_path / "bin"), seen)
    given = json.loads((tmp_path / "bin" / "seen" / "environment.json").read_text())
    assert {"AEQA_API_KEY", "PYTHONPATH"}.isdisjoint(given)
    assert "1" == given["OPENBLAS_NUM_THREADS"]


def test_a_traceback_is_a_line_and_no_plan(tmp_path: Path, seen: Path) -> None:
    """The last line of a traceback says what was wrong."""
    command = fake_tqp(tmp_path / "bin", problem="Need at least 1152 samples")
    assert "ValueError: Need at least 1152 samples" == _plan(command, seen)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"recall@10": None}, "recommended.recall"),
        ({"recall@10": 1.5}, "recommended.recall"),
        ({"bytes_per_vector": 0}, "recommended.bytes_per_vector"),
        ({"label": ""}, "recommended.label"),
    ],
)
def test_a_plan_of_another_form_is_refused(
    tmp_path: Path, seen: Path, change: dict[str, Any], line: str
) -> None:
    """The line names the file and the key."""
    plan = {**PLAN, "recommended": {**PLAN["recommended"], **change}}
    with pytest.raises(InputError, match=rf"plan\.json: {line}: "):
        _plan(fake_tqp(tmp_path / "bin", plan=plan), seen)


def test_rows_come_back_decoded_by_the_tool(tmp_path: Path, seen: Path) -> None:
    """The tool's Python encodes and decodes; the bytes are those that it counts."""
    rows = random_floats(7, 8)
    tqp = Tqp.at(fake_tqp(tmp_path / "bin"))
    decoded, sizes = tqp.decoded(tmp_path / "plan.json", seen, rows, tmp_path)
    np.testing.assert_array_equal(np.round(rows, 1), decoded)
    assert SIZES == sizes.model_dump()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"expression": "vectors[1:]"}, "found 6 rows, expected 7"),
        ({"expression": "vectors * np.nan"}, "has NaN or infinity"),
        ({"expression": "vectors[:, :3]"}, "found 3 dimensions, expected 8"),
        ({"expression": "1 / 0"}, "ZeroDivisionError: division by zero, expected decoded rows"),
        ({"sizes": {**SIZES, "payload_bytes": 0}}, "payload_bytes: "),
        ({"sizes": "none"}, "found "),
        ({"expression": "np.array([{}])"}, "expected an array of decoded rows"),
    ],
)
def test_what_is_no_decoded_row_is_refused(
    tmp_path: Path, seen: Path, change: dict[str, Any], line: str
) -> None:
    """One line says what the tool's codec did."""
    tqp = Tqp.at(fake_tqp(tmp_path / "bin", **change))
    with pytest.raises(InputError, match=line):
        tqp.decoded(tmp_path / "plan.json", seen, random_floats(7, 8), tmp_path)


def test_a_command_that_does_not_end_is_ended(
    tmp_path: Path, seen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says after how long."""
    monkeypatch.setattr(tqp_module, "SECONDS", 1)
    tqp = Tqp.at(fake_tqp(tmp_path / "bin", expression="__import__('time').sleep(60)"))
    with pytest.raises(InputError, match="no answer after 1 seconds, expected decoded rows"):
        tqp.decoded(tmp_path / "plan.json", seen, random_floats(7, 8), tmp_path)


def test_a_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """So is one without a Python beside it."""
    with pytest.raises(
        InputError, match=r"--tqp: .*tqp: found no command, expected the tqp of an environment"
    ):
        Tqp.at(tmp_path / "tqp")
    command = fake_tqp(tmp_path / "bin")
    (tmp_path / "bin" / "python").unlink()
    with pytest.raises(InputError, match="python: found no command"):
        Tqp.at(command)


def test_its_recall_is_of_at_most_fifty_queries_of_its_sample() -> None:
    """Half of the sample, at most 50 rows, are queries; the others are searched."""
    assert [(50, 50), (50, 1_950), (30, 30)] == [
        measured_on(None, 4_000), measured_on(2_000, 4_000), measured_on(None, 60)
    ]  # fmt: skip


@real
def test_the_real_planner_and_its_codec(tmp_path: Path) -> None:
    """The plan's bytes are those of its codes to a byte a segment, and decoded rows point where rows do."""
    axes = random_floats(8, 32)
    rows = random_floats(1_200, 8) @ axes + 0.1 * random_floats(1_200, 32)
    np.save(tmp_path / "seen.npy", rows[:1_000])
    tqp, out = Tqp.at(Path(str(REAL))), tmp_path / "plan.json"
    plan = tqp.plan(tmp_path / "seen.npy", 10, 0.8, None, out)
    assert isinstance(plan, TqpPlan)
    decoded, sizes = tqp.decoded(out, tmp_path / "seen.npy", rows[1_000:], tmp_path)
    assert sizes.payload_bytes + sizes.side_bytes >= int(plan.recommended.bytes_per_vector)
    cosines = (
        (decoded * rows[1_000:]).sum(1)
        / np.linalg.norm(decoded, axis=1)
        / np.linalg.norm(rows[1_000:], axis=1)
    )
    assert cosines.mean() > 0.95


@real
def test_the_real_planner_has_no_plan_for_more_dimensions_than_rows(tmp_path: Path) -> None:
    """It fits a projection to three quarters of the dimensions before anything else."""
    np.save(tmp_path / "seen.npy", random_floats(100, 200))
    problem = Tqp.at(Path(str(REAL))).plan(tmp_path / "seen.npy", 10, 0.9, None, tmp_path / "plan.json")
    assert "ValueError: Need at least 150 samples to fit 150 components, got 100" == problem
