"""A task on a worker: done where the run was started, and refused where its bytes might differ."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import RunError
from harness.numerics import pinning
from harness.run.cluster_tasks import Surroundings, in_surroundings


def _doubled(number: int) -> tuple[int, Path, str]:
    return 2 * number, Path.cwd(), os.environ["HARNESS_CACHE"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process be one that ``harness worker`` started."""
    monkeypatch.setenv("HARNESS_WORKER", str(os.getpid()))
    monkeypatch.setenv("HARNESS_CACHE", "before")
    monkeypatch.chdir(Path.cwd())


@pytest.mark.usefixtures("started")
def test_a_task_is_done_in_the_folder_of_its_run(tmp_path: Path) -> None:
    """Paths of a run start there, and its variables hold."""
    surroundings = Surroundings(tmp_path, (("HARNESS_CACHE", "store"),), pinning.identity())
    assert (42, tmp_path, "store") == in_surroundings(surroundings, _doubled, 21)


def test_a_worker_that_was_started_in_another_way_is_refused(tmp_path: Path) -> None:
    """Its libraries may have been imported before their numerics were pinned."""
    surroundings = Surroundings(tmp_path, (), pinning.identity())
    with pytest.raises(
        RunError, match=r"found one that harness worker did not start, expected one that it did$"
    ):
        in_surroundings(surroundings, _doubled, 21)


@pytest.mark.usefixtures("started")
def test_a_worker_of_other_numerics_is_refused(tmp_path: Path) -> None:
    """It would give other bytes."""
    with pytest.raises(
        RunError, match=r"found other numerics than where the run was started; see harness doctor$"
    ):
        in_surroundings(Surroundings(tmp_path, (), {"simd": "none"}), _doubled, 21)


@pytest.mark.usefixtures("started")
def test_a_worker_that_does_not_see_the_folder_is_refused(tmp_path: Path) -> None:
    """The folder has to be shared."""
    surroundings = Surroundings(tmp_path / "absent", (), pinning.identity())
    with pytest.raises(RunError, match=r"absent: not found, expected the run's folder: it is shared$"):
        in_surroundings(surroundings, _doubled, 21)
