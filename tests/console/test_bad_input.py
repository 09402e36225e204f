"""Wrong input through the real command: one line on standard error, exit status 2, and nothing measured."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command import Cli
from support.suites import OWN, SUITE, SmallSuite

from harness.planning import registry

Done = subprocess.CompletedProcess[str]


def refused(done: Done, *named: str) -> None:
    """Assert that a command was refused as a user should be: briefly, in words, with the right status."""
    assert 2 == done.returncode, done.stderr
    assert "" == done.stdout
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[")]  # without the log
    assert 1 == len(lines), done.stderr
    assert lines[0].startswith("harness: ")
    assert [] == [part for part in named if part not in lines[0]], done.stderr


SUITES = {
    "unknown key": ("seeds = [0]", "seeds = [0]\nseed = 0", "mine.toml: seed: unknown key"),
    "unknown key of a table": (
        "unit_bytes = 1",
        "unit_bytes = 1\nunit = 1",
        "mine.toml: [points.8x] unit: unknown key",
    ),
    "ill-typed value": (
        "ratio = 8",
        'ratio = "8"',
        "mine.toml: [points.8x] ratio: found '8', expected a valid number",
    ),
    "name not as the file": ('name = "mine"', 'name = "x"', "mine.toml: name: found 'x', expected 'mine'"),
    "unknown data set": (
        'test = ["test-set"]',
        'test = ["x"]',
        "mine.toml: test: found 'x', expected one of test-set",
    ),
    "unknown compressor": (
        '[{ use = "identity" }]',
        '[{ use = "x" }]',
        "found 'x', expected one of " + ", ".join(registry.names("compressors")),
    ),
    "unknown metric": (
        '["spearman@original"]',
        '["x@human"]',
        "mine.toml: metrics: found 'x', expected one of added",
    ),
    "unknown protocol": (
        '["as-published"]',
        '["x"]',
        "mine.toml: protocols: found 'x', expected one of as-published",
    ),
    "unknown encoder": (
        'use = "as-is"',
        'use = "x"',
        "encoders/own.toml: use: found 'x', expected one of as-is",
    ),
    "unknown source": (
        'use = "files"\npath = "test.npz"',
        'use = "x"\npath = "test.npz"',
        "datasets/test-set.toml: [origins.0] use: found 'x', expected one of files, hub, ",
    ),
    "unknown key of a source": (
        'path = "test.npz"',
        'path = "test.npz"\nfile = "x"',
        "datasets/test-set.toml: [origins.0] file: unknown key",
    ),
    "ratio that cannot be met": (
        "ratio = 8",
        "ratio = 7",
        "mine.toml: [points.8x] ratio: found 7, expected one that",
    ),
    "trained on what it is tested on": (
        'train = ["train-set"]',
        'train = ["test-set"]',
        "mine.toml: [pipelines.identity] train: 'test-set' is also tested on; say so with seen",
    ),
    "path out of the suite's folder": ('path = "test.npz"', 'path = "../x.npz"', "files: '../x.npz' leaves"),
    "no TOML": ("seeds = [0]", "seeds = [0", "mine.toml: "),
}


@pytest.mark.parametrize(("old", "new", "named"), SUITES.values(), ids=SUITES)
def test_a_wrong_suite_is_refused(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path, old: str, new: str, named: str
) -> None:
    """Before anything is read or written: neither evidence nor cache comes to be."""
    small_suite((old, new))
    refused(quick("run", "mine", cwd=tmp_path), named)
    assert ["suites"] == [path.name for path in tmp_path.iterdir()]


def test_planning_refuses_what_running_refuses(quick: Cli, small_suite: SmallSuite, tmp_path: Path) -> None:
    """The two read a suite in the same way."""
    small_suite(("ratio = 8", "ratio = 7"))
    run, plan = quick("run", "mine", cwd=tmp_path), quick("plan", "mine", cwd=tmp_path)
    refused(plan)
    assert run.stderr == plan.stderr


def rows(n: int, dimension: int = 8) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return random vectors."""
    return np.random.default_rng(1).standard_normal((n, dimension))


def with_row(at: int, value: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return random vectors, one of which is ``value`` throughout."""
    x = rows(40)
    x[at] = value
    return x


def half(folder: Path) -> None:
    """Lose the second half of the test set's file."""
    data = (folder / "test.npz").read_bytes()
    (folder / "test.npz").write_bytes(data[: len(data) // 2])


def put_test_set(**arrays: np.ndarray[Any, Any]) -> Callable[[Path], None]:
    """Return the replacement of the test set by other arrays."""
    return lambda folder: np.savez(folder / "test.npz", **arrays)  # type: ignore[arg-type]


def put_train_set(array: np.ndarray[Any, Any]) -> Callable[[Path], None]:
    """Return the replacement of the training split by another array, pickled where numpy has to."""
    return lambda folder: np.save(folder / "train.npy", array, allow_pickle=True)


FILES = {
    "NaN": (
        put_test_set(left=with_row(3, math.nan), right=rows(40)),
        "test.npz: left: row 3 has NaN or infinity, expected",
    ),
    "infinity": (
        put_train_set(with_row(0, -math.inf)),
        "train.npy: row 0 has NaN or infinity, expected finite numbers",
    ),
    "zero vector": (
        put_test_set(left=rows(40), right=with_row(39, 0)),
        "test.npz: right: row 39 is a zero vector, expected",
    ),
    "one row": (put_train_set(rows(1)), "train.npy: found 1 row, expected at least two"),
    "empty test set": (
        put_test_set(left=rows(0), right=rows(0)),
        "test.npz: left: found no rows, expected at least two",
    ),
    "sides of two widths": (
        put_test_set(left=rows(40), right=rows(40, 7)),
        "test.npz: right: found 7 dimensions, expected 8",
    ),
    "not the encoder's width": (put_train_set(rows(40, 9)), "train-set: found 9 dimensions, expected 8"),
    "pickled objects": (
        put_train_set(np.array([[1, None]], object)),
        "train.npy: Object arrays cannot be loaded",
    ),
    "truncated archive": (half, "test.npz: "),
}


@pytest.mark.parametrize(
    ("damage", "named"),
    [pytest.param(*case, id=name) for name, case in FILES.items()],
)
def test_wrong_vectors_are_refused(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path, damage: Callable[[Path], Any], named: str
) -> None:
    """The line names the file, the side and the row; no result and no score is written."""
    damage(small_suite().parent)
    refused(quick("run", "mine", cwd=tmp_path), named)
    written = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert set() == written - {"mine.suite.json"}


def test_wrong_vectors_leave_no_trace(quick: Cli, small_suite: SmallSuite, tmp_path: Path) -> None:
    """A refused run writes nothing at all under out/."""
    damage, named = FILES["NaN"]
    damage(small_suite().parent)
    refused(quick("run", "mine", cwd=tmp_path), named)
    assert not (tmp_path / "out").exists()


def test_texts_are_refused_where_vectors_are_needed(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """The encoder as-is makes no vectors; the line names the data set."""
    folder = small_suite(('path = "test.npz"', 'path = "test.tsv"')).parent
    (folder / "test.tsv").write_text("a\tb\t1\nc\td\t2\n")
    refused(
        quick("run", "mine", cwd=tmp_path),
        "test-set: found texts, expected vectors for the encoder as-is",
    )


def test_a_file_that_is_not_there_blocks_its_cells_and_says_so(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """Missing is not wrong: the run ends well, and names the file and what to do."""
    folder = small_suite().parent
    (folder / "test.npz").unlink()
    done = quick("run", "mine", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert "BLOCKED  2 cells: " in done.stdout
    assert f"{folder / 'test.npz'} is not there. To unblock: put the file there" in done.stdout


def test_a_step_loaded_from_nowhere_is_refused(quick: Cli, small_suite: SmallSuite, tmp_path: Path) -> None:
    """The line names the file that a codec should have been in."""
    small_suite(('[{ use = "identity" }]', '[{ use = "pca", load = "codecs/x.safetensors" }]'))
    refused(quick("run", "mine", cwd=tmp_path), "codecs/x.safetensors")


@pytest.mark.parametrize(
    ("ending", "advice"),
    [
        (".csv", "vectors in .npy, .npz or .parquet; write texts with tabs as .tsv, vectors with numpy.save"),
        (".fvecs", "vectors in .npy, .npz or .parquet; write rows = numpy.fromfile(…, 'int32')"),
        (".bin", "expected texts in .jsonl, .jsonl.gz, .tsv or .txt, or vectors in .npy, .npz or .parquet"),
    ],
)
def test_a_file_of_another_format_says_what_can_be_read(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path, ending: str, advice: str
) -> None:
    """And, of formats that people have, how to write them as one of those."""
    folder = small_suite(('path = "train.npy"', f'path = "train{ending}"')).parent
    (folder / f"train{ending}").write_bytes(b"1,2\n")
    refused(quick("run", "mine", cwd=tmp_path), f"train{ending}: found the ending '{ending}', ", advice)


def test_the_advice_for_fvecs_is_right(tmp_path: Path) -> None:
    """The words of the line, run: each row of such a file is its dimension and so many float32."""
    vectors = rows(5).astype("<f4")
    counts = np.full((5, 1), 8, "<i4")
    np.concatenate([counts, vectors.view("<i4")], axis=1).tofile(tmp_path / "x.fvecs")
    read = np.fromfile(tmp_path / "x.fvecs", "int32")
    assert vectors.tolist() == read.reshape(-1, read[0] + 1)[:, 1:].copy().view("float32").tolist()


@pytest.mark.parametrize(("old", "new"), [("train.npy", "train.NPY"), ("test.npz", "test.NpZ")])
def test_endings_count_in_upper_case_as_well(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path, old: str, new: str
) -> None:
    """A file from a system that shouts is read like any other."""
    folder = small_suite((old, new)).parent
    (folder / old).rename(folder / new)
    done = quick("run", "mine", "--jobs", "1", cwd=tmp_path)
    assert (0, "mine: 2 run, 0 done before, 0 blocked\n") == (done.returncode, done.stdout)


def test_a_name_too_long_for_a_file_is_found_by_the_plan(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """Not in the middle of a run; the longest that is planned can be run."""
    pipeline = 'name = "identity"', 'name = "{}"'
    small_suite((pipeline[0], pipeline[1].format("a" * 101)))
    refused(quick("plan", "mine", cwd=tmp_path), "mine.toml: [pipelines.0] name:", "at most 100 characters")
    longest = 200 - len("train-set" + "a" * 100 + "...s0")
    for length, status in ((longest + 1, 2), (longest, 0)):
        named = ('encoders = ["own"]', f'encoders = ["{"e" * length}"]')
        encoder = (OWN, OWN.replace("own", "e" * length))
        small_suite((pipeline[0], pipeline[1].format("a" * 100)), named, encoder)
        done = quick("run", "mine", "--jobs", "1", "--only", "*aaa*", cwd=tmp_path)
        assert status == done.returncode, done.stderr
    assert 1 == len(list((tmp_path / "out" / "results" / "mine").glob("*aaa*")))


def test_an_empty_variable_means_the_default(quick: Cli, small_suite: SmallSuite, tmp_path: Path) -> None:
    """HARNESS_CACHE and HARNESS_MIRROR set to nothing: the store is .cache, not the current folder."""
    small_suite()
    done = quick("run", "mine", "--jobs", "1", cwd=tmp_path, env={"HARNESS_CACHE": "", "HARNESS_MIRROR": ""})
    assert 0 == done.returncode, done.stderr
    assert {"suites", "out", ".cache"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("run", "yours"), "suite: found 'yours', expected one of autoencoder-encoders, "),
        (("run", "yours.toml"), "suite: found 'yours.toml'"),
        (("run", "mine", "--only", "x*"), "--only: no cell matches 'x*'; harness plan lists them"),
        (("run", "mine", "--mirror", "nowhere"), "mirror: nowhere is not a folder"),
        (("run", "mine", "--jobs", "0"), "--jobs"),
        (("run", "mine", "--fast"), "--fast"),
        (("ruin",), "ruin"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_command_line_is_refused(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path, args: tuple[str, ...], named: str
) -> None:
    """Unknown suites, patterns, folders, options and commands."""
    small_suite()
    refused(quick(*args, cwd=tmp_path), named)
    assert ["suites"] == [path.name for path in tmp_path.iterdir()]


def test_the_mirror_of_the_environment_is_checked_as_well(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """HARNESS_MIRROR and --mirror are one setting."""
    small_suite()
    done = quick("plan", "mine", cwd=tmp_path, env={"HARNESS_MIRROR": "nowhere"})
    refused(done, "mirror: nowhere is not a folder, expected one that holds the mirrored files")


def test_the_suite_that_these_tests_break_is_sound(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """Unbroken, it plans: what is refused above is refused for its one wrong thing."""
    path = small_suite()
    assert SUITE.startswith(path.read_text("utf-8"))
    done = quick("plan", str(path), cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.endswith("0 done, 2 to do, 0 blocked\n")
