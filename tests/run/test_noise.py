"""Noise: how far values move with threads and seeds, how it is kept, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from support.checkouts import relist
from support.command import Cli
from support.tampering import SIGN, checkout, planned, restamp
from threadpoolctl import threadpool_info

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.noise import CellNoise, MetricNoise, parse_noise
from harness.evidence.stamp import read_stamped
from harness.parallel import resources
from harness.run import noise
from harness.run.compare import values_of
from repro import verify

CELL, PLAIN = f"{SIGN}.s0", "own.train-set.identity.s0"
METRIC = "spearman@original"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with evidence; tests leave it as it is."""
    return checkout(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the checkout with the noise of two cells, listed."""
    root = Path(shutil.copytree(sound, tmp_path / "checkout"))
    noise.write(measured(root, PLAIN, CELL), Tree(root / "artifacts"))
    relist(root)
    return root


def measured(root: Path, *cells: str, without: str = "") -> list[CellNoise]:
    """Return the noise of cells, of a plan ``without`` one."""
    entries = [entry for entry in planned(root) if entry.cell.id != without]
    chosen = [entry for entry in entries if entry.cell.id in cells]
    return noise.measured(entries, chosen, Tree(root / "artifacts"), root / "store", lambda *_: None)


def committed(root: Path, cell: str) -> dict[Any, float]:
    """Return the committed values of a cell that are of METRIC."""
    content, _ = read_stamped(Tree(root / "artifacts").result("mine", cell))
    return {key: value["value"] for key, value in values_of(content).items() if key[2] == METRIC}


def row(cell: CellNoise) -> MetricNoise:
    """Return the moves of METRIC."""
    return next(each for each in cell.metrics if each.metric == METRIC)


# -- What moves


def test_another_seed_moves_values_as_far_as_its_committed_result_is_away(sound: Path) -> None:
    """In a plan of seeds 0 and 1 the other seed is 2, of which there is a result."""
    (cell,) = measured(sound, CELL, without=f"{SIGN}.s2")
    here, there = committed(sound, CELL), committed(sound, f"{SIGN}.s2")
    assert (2, read_stamped(Tree(sound / "artifacts").result("mine", CELL))[1]) == (cell.seed, cell.result)
    assert max(abs(here[key] - there[key]) for key in here) == pytest.approx(row(cell).seed, abs=1e-9)
    assert 0 != row(cell).seed


def test_the_committed_spread_is_the_largest_range_over_seeds(sound: Path) -> None:
    """Of the three seeds that have results; the tolerance is the metric's."""
    (cell,) = measured(sound, CELL)
    seeds = [committed(sound, f"{SIGN}.s{seed}") for seed in range(3)]
    ranges = [max(each[key] for each in seeds) - min(each[key] for each in seeds) for key in seeds[0]]
    assert max(ranges) == pytest.approx(row(cell).spread, abs=1e-6)
    assert (3, 0.01) == (cell.seed, row(cell).tolerance)


def test_where_nothing_is_random_no_seed_moves_anything(sound: Path) -> None:
    """There is one seed, and two threads change no digit that a result states."""
    (cell,) = measured(sound, PLAIN)
    assert None is cell.seed
    assert {(None, 0.0, None)} == {(each.spread, each.threads, each.seed) for each in cell.metrics}


def test_threads_are_given_and_taken_back() -> None:
    """BLAS and torch have two, and one again afterwards, whatever is raised."""

    def numbers() -> set[int]:
        return {torch.get_num_threads(), *(library["num_threads"] for library in threadpool_info())}

    def fail() -> None:
        with noise.threads(2):
            given.append(numbers())
            raise InputError("x")

    given: list[set[int]] = []
    resources.use_threads()
    with pytest.raises(InputError):
        fail()
    assert [{2}] == given
    assert ({1}, 1) == (numbers(), resources.THREADS)


# -- What is kept


def test_noise_is_evidence_that_has_no_problem(root: Path) -> None:
    """Stamped, of the form that its schema has, and named by no other file."""
    path = Tree(root / "artifacts").noise()
    assert [PLAIN, CELL] == [each.cell for each in parse_noise(path, read_stamped(path)[0]).cells]
    assert [] == verify.problems(root)[0]
    assert [] == noise.outdated(Tree(root / "artifacts"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: c["cells"][0].update(result="0" * 64), "expected a result that is there, by its"),
        (lambda c: c["cells"].append(c["cells"][0]), "by its certificate, once"),
        (lambda c: c["cells"][0]["metrics"][0].update(threads=-1.0), "expected finite numbers from 0"),
        (lambda c: c.pop("cells"), "KeyError: 'cells', expected what a run writes"),
    ],
    ids=["another result", "twice", "a move below 0", "another form"],
)
def test_noise_of_no_result_is_named(root: Path, edit: Any, message: str) -> None:
    """Certified and listed anew as it may be; one line."""
    restamp(Tree(root / "artifacts").noise(), edit)
    relist(root)
    (line,) = verify.problems(root)[0]
    assert line.startswith("artifacts/noise/noise.json: ")
    assert message in line


def test_noise_of_an_earlier_result_is_outdated(root: Path) -> None:
    """A maintainer is told which cell before anything is published."""
    tree = Tree(root / "artifacts")
    restamp(tree.result("mine", CELL), lambda content: content["values"][0].update(value=0.5))
    (line,) = noise.outdated(tree)
    assert f"{tree.noise()}: mine/{CELL}: measured from another result than the one that is here" == line


def test_the_command_prints_a_row_a_cell_and_keeps_it(sound: Path, tmp_path: Path, quick: Cli) -> None:
    """In out/, from where it is published; the flag belongs to one tier."""
    root = Path(shutil.copytree(sound, tmp_path / "checkout"))
    done = quick("verify", "--tier", "rerun", "--sample", "1", "--jobs", "1", "--noise", cwd=root)
    assert 0 == done.returncode, done.stderr
    assert "SAME BYTES" in done.stdout
    assert "out/noise/noise.json: how far values of 1 cells move with threads and seeds" in done.stdout
    path = Tree(root / "out").noise()
    (cell,) = parse_noise(path, read_stamped(path)[0]).cells
    assert f"mine/{cell.cell}" in done.stdout.partition("moved")[2]
    refused = quick("verify", "--noise", cwd=root)
    assert 2 == refused.returncode
    assert "--noise: found no --tier rerun, expected it" in refused.stderr
