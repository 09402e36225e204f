"""A sample of committed cells run again: which ones, and how they compare."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.command import Cli
from support.tampering import SIGN, checkout, planned, restamp

from harness.errors import RunError
from harness.evidence.layout import Tree
from harness.run.rerun_sample import rerun, sampled


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with evidence; tests leave it as it is."""
    return checkout(tmp_path_factory.mktemp("sound"))


def test_a_sample_is_drawn_by_its_seed_from_the_cheaper_half(sound: Path) -> None:
    """The same cells for the same seed, none twice, none that cannot run here."""
    committed = Tree(sound / "artifacts")
    draws = {seed: [e.cell.id for e in sampled(planned(sound), committed, 3, seed)] for seed in range(6)}
    assert draws[0] == [e.cell.id for e in sampled(planned(sound), committed, 3, 0)]
    assert all(len(set(cells)) == 3 for cells in draws.values())
    assert not any("absent-set" in cell for cells in draws.values() for cell in cells)
    assert 5 == len(sampled(planned(sound), committed, 99, 0))


def test_without_a_cell_that_can_run_it_is_said(tmp_path: Path, sound: Path) -> None:
    """An error of one line, with the command that says what is missing."""
    with pytest.raises(RunError, match="found no cell that can run here; harness plan says what"):
        sampled(planned(sound), Tree(tmp_path), 3, 0)


def test_cells_that_are_run_again_are_compared_value_by_value(sound: Path, tmp_path: Path) -> None:
    """The same bytes here; a value that was edited is the one furthest off, and the cell differs."""
    root = Path(shutil.copytree(sound, tmp_path / "checkout"))
    committed = Tree(root / "artifacts")
    chosen = [entry for entry in planned(root) if entry.cell.id == f"{SIGN}.s1"]
    (same,) = rerun(planned(root), chosen, committed, tmp_path / "store", 1, lambda *_: None)
    assert ("SAME BYTES", 0.0) == (same.line.state, same.off)
    restamp(committed.result("mine", f"{SIGN}.s1"), lambda c: c["values"][2].update(value=0.9, high=0.95))
    (other,) = rerun(planned(root), chosen, committed, tmp_path / "store", 1, lambda *_: None)
    assert ("DIFFERS", 0.9) == (other.line.state, other.committed)
    assert other.off is not None
    assert other.allowed is not None
    assert other.off > other.allowed


def test_the_command_has_a_tier_for_each_way_to_prove(sound: Path, tmp_path: Path, quick: Cli) -> None:
    """Each says what it checked; a rerun prints a row a cell, and fails where one differs."""
    root = Path(shutil.copytree(sound, tmp_path / "checkout"))
    done = quick("verify", "--tier", "integrity", cwd=root)
    assert (0, True) == (done.returncode, "all as hashed" in done.stdout)
    done = quick("verify", "--tier", "recompute", "--jobs", "1", cwd=root)
    assert (0, True) == (done.returncode, "120 values, 228 intervals, " in done.stdout), done.stdout
    done = quick("verify", "--tier", "rerun", "--sample", "1", "--jobs", "1", cwd=root)
    assert (0, True) == (done.returncode, "SAME BYTES" in done.stdout), done.stderr
    for path in Tree(root / "artifacts").results("mine"):
        restamp(path, lambda c: c["values"][0].update(value=0.97, low=-1.0, high=1.0))
    done = quick("verify", "--tier", "rerun", "--sample", "1", "--jobs", "1", cwd=root)
    assert (1, True) == (done.returncode, "DIFFERS" in done.stdout), done.stderr
    assert "1 of 1 cells differ by more than their tolerance" in done.stderr
