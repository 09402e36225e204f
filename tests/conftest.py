"""What pytest hands to tests: markers that skip aloud, the command line, and a small suite to break."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from support import command
from support.checkouts import git
from support.command import Cli
from support.forks import Forks
from support.paths import ROOT
from support.suites import SmallSuite, edited, write_suite

from harness.planning import catalogue
from harness.sources import mirror as mirrored
from harness.types import PairSet, Place

settings.register_profile("without-deadline", deadline=None)  # how long an example takes says what else runs
settings.load_profile("without-deadline")


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
    folders = catalogue.folders(ROOT / "suites")

    def read(name: str) -> PairSet:
        raw = catalogue.dataset(name, folders, "tests").origins[0]
        params = mirrored.Params(path=raw["path"], sha256=raw["sha256"])
        return mirrored.read(params, name, Place(Path(), mirror, offline=True))

    return read


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Return a function that runs the command ``harness`` as a user does, without a mirror unless given."""
    return command.run


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
    return lambda *edits: write_suite(tmp_path / "suites", edited(*edits))
