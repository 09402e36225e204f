"""What the tests share: markers that skip aloud, the command line, and a small suite to break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from forks import Forks

from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.planning.status import entries
from harness.planning.suite import load
from harness.run.runner import run as run_cells
from harness.sources import mirror as mirrored
from harness.types import PairSet, Place
from report.pages.render import render

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
SmallSuite = Callable[..., Path]

# A suite of vectors as they come, so that no model and no network is needed to run it.
SUITE = """\
name = "mine"
title = "Vectors of my own"
question = "What is left of their cosines?"
metrics = ["spearman@original"]
protocols = ["as-published"]
seeds = [0]
train = ["train-set"]
test = ["test-set"]

[points.8x]
ratio = 8
unit_bytes = 1

[[chains]]
name = "identity"
label = "uncompressed float32"
steps = [{ use = "identity" }]

[[chains]]
name = "projection-sign"
label = "random projection, signs"
steps = [{ use = "random-projection" }, { use = "sign" }]
points = ["8x"]
bits = 1

[encoders.own]
use = "as-is"
dimension = 8

[datasets.train-set]
licence = "mine"
[[datasets.train-set.origins]]
use = "files"
path = "train.npy"

[datasets.test-set]
licence = "mine"
[[datasets.test-set.origins]]
use = "files"
path = "test.npz"
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody, and return what it prints."""
    someone = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false"]
    command = ["git", *someone, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def attest(envelopes: Path, **commit: object) -> None:
    """Have every envelope below a folder say that a commit made it, whatever checkout the tests run from."""
    for path in envelopes.rglob("*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "commit": commit}))


# Changes of SUITE: three seeds, and two chains of as many bytes that are compared.
COMPARED = (
    ("seeds = [0]", "seeds = [0, 1, 2]"),
    ('test = ["test-set"]\n', 'test = ["test-set"]\nbaselines = ["projection-sign"]\n'),
    (
        "\n[encoders.own]",
        """
[[chains]]
name = "truncation-4"
label = "4 bits a dimension"
steps = [{ use = "truncation" }, { use = "scalar", bits = 4 }]
points = ["8x"]
bits = 4

[encoders.own]""",
    ),
)


def ran_checkout(root: Path, suite: str) -> tuple[Path, Tree, Place]:
    """Write a checkout's suite beside its 300 vectors and 40 pairs, and run it into the evidence."""
    path = root / "suites" / "mine.toml"
    path.parent.mkdir()
    rng = np.random.default_rng(0)
    np.save(path.parent / "train.npy", rng.standard_normal((300, 8)).astype(np.float32))
    left, right = rng.standard_normal((2, 40, 8)).astype(np.float32)
    np.savez(path.parent / "test.npz", left=left, right=right)
    path.write_text(suite, "utf-8")
    tree, place = Tree(root / "artifacts"), Place(path.parent, None, offline=True)
    found = entries(path, place, tree)
    assert [] == run_cells(found, found, tree, root / "store", 1, lambda *_: None)
    return path, tree, place


def publish(root: Path) -> None:
    """Make a checkout's evidence that of a clean commit, render it, list its files and pin its packages."""
    shutil.rmtree(root / "store")
    attest(root / "artifacts" / "envelopes", sha="a" * 40, dirty=False)
    render(Tree(root / "artifacts"))
    relist(root)
    pin(root)


def relist(root: Path) -> None:
    """Write the listing that the files have now, as someone who covers his tracks would."""
    files = sorted((p for p in (root / "artifacts").rglob("*") if p.is_file()), key=lambda p: p.as_posix())
    lines = [f"{sha256_file(path)}  {path.relative_to(root).as_posix()}\n" for path in files]
    (root / "ARTIFACTS.sha256").write_text("".join(lines), "utf-8")


def pin(root: Path) -> None:
    """Write a constraints.txt that pins what the envelopes below ``root`` name."""
    envelope = json.loads(next((root / "artifacts" / "envelopes").glob("*/*.json")).read_text("utf-8"))
    lines = [f"{name}=={version}\n" for name, version in envelope["packages"].items()]
    (root / "constraints.txt").write_text("".join(lines), "utf-8")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Return a clean git checkout with the folders that code is in."""
    root = tmp_path / "code"
    for name in ("harness", "report", "suites", "repro", "artifacts"):
        (root / name).mkdir(parents=True)
        (root / name / "file.txt").write_text("as committed\n")
    git(root, "init", "--quiet")
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "--message", "all of it")
    return root


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say why, what needs a mirror or the hub where there is none."""
    needs = (
        ("mirror", "HARNESS_MIRROR" in os.environ, "HARNESS_MIRROR is not set to a folder of mirrored data"),
        ("hub", os.environ.get("HARNESS_TEST_HUB") == "1", "HARNESS_TEST_HUB=1 is not set: no hub is asked"),
    )
    for item in items:
        for marker, there, reason in needs:
            if not there and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the folder of mirrored data; for tests marked ``mirror``."""
    return Path(os.environ["HARNESS_MIRROR"]).resolve()


@pytest.fixture(scope="session")
def sts(mirror: Path) -> Callable[[str], PairSet]:
    """Return a function from the name of a set of the shipped suite to its pairs."""
    datasets = load(Path(__file__).parent.parent / "suites" / "sts-generalization.toml").datasets

    def read(name: str) -> PairSet:
        raw = datasets[name].origins[0]
        params = mirrored.Params(path=raw["path"], sha256=raw["sha256"])
        return mirrored.read(params, name, Place(Path(), mirror, offline=True))

    return read


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Return a function that runs the command ``harness`` as a user does, without a mirror unless given."""

    def run(*args: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
        return subprocess.run(
            [sys.executable, "-c", "from harness.cli import main; main()", *args],
            cwd=cwd,
            env={**inherited, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Return the process that runs the command in forks of itself, offline."""
    process = Forks()
    yield process
    process.close()


@pytest.fixture(scope="session")
def quick(forks: Forks) -> Cli:
    """Return a function that runs the command in a fork: for tests of what it says, not of how it starts."""
    return forks.run


@pytest.fixture
def small_suite(tmp_path: Path) -> SmallSuite:
    """Return a function that writes the small suite and its files, with ``(old, new)`` edits, to suites/."""

    def write(*edits: tuple[str, str]) -> Path:
        text = SUITE
        for old, new in edits:
            assert 1 == text.count(old), f"the edit {old!r} has to fit one place"
            text = text.replace(old, new)
        folder = tmp_path / "suites"
        folder.mkdir(exist_ok=True)
        rng = np.random.default_rng(0)
        np.save(folder / "train.npy", rng.standard_normal((300, 8)).astype(np.float32))
        left, right = rng.standard_normal((2, 40, 8)).astype(np.float32)
        np.savez(folder / "test.npz", left=left, right=right)
        path = folder / "mine.toml"
        path.write_text(text, "utf-8")
        return path

    return write
