"""``harness compare-planners`` as a user starts it: a table and its files, and one line for wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.command import Cli
from support.fake_tqp import fake_tqp
from support.vectors import random_floats


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with 200 vectors and a stand-in for turboquant-pro."""
    np.save(tmp_path / "vectors.npy", random_floats(200, 8))
    fake_tqp(tmp_path / "bin")
    return tmp_path


def test_the_comparison_is_printed_and_written(quick: Cli, folder: Path) -> None:
    """JSON is the content of the file that it names."""
    options = ("--tqp", "bin/tqp", "--target", "knn-recall@10 >= 0.5", "--json")
    done = quick("compare-planners", "vectors.npy", *options, cwd=folder)
    assert 0 == done.returncode, done.stderr
    content = json.loads(done.stdout)
    assert content == json.loads((folder / "out" / "peers" / "vectors.json").read_text())["content"]
    assert ["PCA-4 + TQ4"] == [x["recommended"] for x in content["planners"][1:]]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--name", "../out"), "--name: found '../out', expected a name of small letters, digits and dashes"),
        (("--tqp", "nowhere/tqp"), "nowhere/tqp: found no command, expected the tqp of an environment"),
        (("--target", "recall"), "--target: found 'recall', expected METRIC >= FRACTION"),
    ],
)
def test_wrong_input_is_one_line(quick: Cli, folder: Path, options: tuple[str, ...], line: str) -> None:
    """Exit status 2, and nothing is left behind."""
    done = quick("compare-planners", "vectors.npy", *options, cwd=folder)
    assert 2 == done.returncode
    assert line in done.stderr
    assert 1 == len([each for each in done.stderr.splitlines() if not each.startswith("[")])
    assert not (folder / "out").exists()
