"""fit, compress, decompress and similarity as commands: what they write, print and refuse, and kills."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.command import Cli
from support.vectors import random_floats

from harness.deploy import Codec

X = random_floats(20_000, 8)
PIPELINE = "pca dims=4 | scalar bits=4"
FSYNCS = 8  # two a batch, one for the record, and one beyond the end


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, quick: Cli) -> Path:
    """Return a folder with vectors and a codec."""
    folder = tmp_path_factory.mktemp("fitted")
    np.save(folder / "x.npy", X)
    done = quick("fit", "x.npy", "--pipeline", PIPELINE, "-o", "codec", cwd=folder)
    assert (0, "") == (done.returncode, done.stderr.partition("harness:")[2])
    return folder


@pytest.fixture
def folder(tmp_path: Path, fitted: Path) -> Path:
    """Return a folder with vectors and a codec, for one test."""
    return shutil.copytree(fitted, tmp_path / "own")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_from_a_file_to_codes_and_back(folder: Path, quick: Cli) -> None:
    """Each command says in a line what it wrote."""
    for args, line in [
        (("compress", "x.npy", "-o", "codes.npy"), "codes.npy: 20,000 rows, written\n"),
        (
            ("compress", "x.npy", "-o", "codes.npy"),
            "codes.npy: 20,000 rows, complete already, nothing to do\n",
        ),
        (("decompress", "codes.npy", "-o", "decoded.npy"), "decoded.npy: 20,000 rows, written\n"),
        (
            ("similarity", "codes.npy", "codes.npy", "-o", "cosines.npy"),
            "cosines.npy: 20,000 rows, written\n",
        ),
    ]:
        done = quick(*args, "--codec", "codec", cwd=folder)
        assert (0, line) == (done.returncode, done.stdout)
    codec = Codec.load(folder / "codec")
    np.testing.assert_array_equal(codec.encode(X), np.load(folder / "codes.npy"))
    np.testing.assert_array_equal(codec.decode(codec.encode(X)), np.load(folder / "decoded.npy"))
    np.testing.assert_allclose(np.ones(20_000), np.load(folder / "cosines.npy"), rtol=1e-6)


def test_a_fit_says_what_it_measured_and_as_json_its_card(folder: Path, quick: Cli) -> None:
    """Again into the same folder: the same codec, so nothing changes."""
    args = ("fit", "x.npy", "--pipeline", PIPELINE, "-o", "codec")
    lines = quick(*args, cwd=folder).stdout.splitlines()
    assert f"{PIPELINE}: 8 dimensions in 2 bytes (16 times smaller than float32)" == lines[0]
    assert "fitted on 19,000 of 20,000 rows of x.npy" == lines[1]
    assert lines[2].startswith("knn-recall@10 0.")
    card = json.loads(quick(*args, "--json", cwd=folder).stdout)
    assert json.loads((folder / "codec" / "card.json").read_text())["content"] == card


@pytest.mark.parametrize("number", range(1, FSYNCS + 1))
def test_a_killed_run_goes_on_and_ends_in_the_same_bytes(folder: Path, quick: Cli, number: int) -> None:
    """Killed with SIGKILL before its ``number``-th write is on the disk, and run again."""
    args = ("compress", "x.npy", "--codec", "codec", "-o", "codes.npy")
    killed = quick(*args, cwd=folder, kill=number)
    assert (-9 if number < FSYNCS else 0) == killed.returncode
    if (folder / "codes.npy").exists():
        assert number == FSYNCS
    assert 0 == quick(*args, cwd=folder).returncode
    np.testing.assert_array_equal(Codec.load(folder / "codec").encode(X), np.load(folder / "codes.npy"))
    assert {"x.npy", "codec", "codes.npy", "codes.npy.json"} == _names(folder)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("fit", "x.npy", "-o", "new"), "fit: found both or none of --pipeline and --audit, expected one"),
        (("fit", "x.npy", "--pipeline", "pca", "-o", "new"), "--pipeline: pca dims: the key is missing"),
        (
            ("fit", "x.npy", "--sample", "99", "--pipeline", "pq subvectors=4", "-o", "new"),
            "pq: found 99 training vectors, expected at least 256; 'scalar bits=4' needs fewer rows",
        ),
        (("fit", "x.npy", "--pipeline", "sign", "-o", "codec"), "codec: found another file or folder"),
        (("fit", "none.npy", "--pipeline", "sign", "-o", "new"), "none.npy: No such file or directory"),
        (("compress", "x.npy", "--codec", "none", "-o", "c.npy"), "none: found no card.json"),
        (
            ("compress", "x.npy", "--codec", "codec", "-o", "x.npy"),
            "x.npy: found a file that the harness did",
        ),
        (("decompress", "x.npy", "--codec", "codec", "-o", "d.npy"), "x.npy: found float32 (20000, 8)"),
        (("similarity", "x.npy", "x.npy", "--codec", "codec", "-o", "d.npy"), "x.npy: found float32"),
        (("decompress", "x.txt", "--codec", "codec", "-o", "d.npy"), "x.txt: found another ending"),
    ],
)
def test_bad_input_is_one_line_status_2_and_leaves_nothing(
    folder: Path, quick: Cli, args: tuple[str, ...], message: str
) -> None:
    """The last line of standard error says what was found and expected."""
    before = _names(folder)
    done = quick(*args, cwd=folder)
    assert 2 == done.returncode
    assert done.stderr.splitlines()[-1].startswith(f"harness: {message}")
    assert "Traceback" not in done.stderr
    assert before == _names(folder)
