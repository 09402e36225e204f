"""The wheel outside the checkout: built from the sdist, unpacked, and run from a folder of the user's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT
from support.suites import SUITE, write_suite

PACKAGES = ("harness", "report", "repro", "suites")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"


def _build(kind: str, source: Path, into: Path) -> Path:
    """Build a wheel or an sdist as pip does, without a network, and return the file."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(kind), str(into)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return next(into.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the contents of the wheel, as pip would unpack it."""
    folder = tmp_path_factory.mktemp("installed")
    source, site = folder / "source", folder / "site"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    (folder / "sdist").mkdir(exist_ok=True)
    archive = _build("sdist", source, folder)
    # Not by Python: whether unpacking takes a filter depends on its patch release.
    subprocess.run(["tar", "-xf", archive, "-C", folder / "sdist"], check=True)
    (unpacked,) = (folder / "sdist").iterdir()
    shutil.unpack_archive(_build("wheel", unpacked, folder), site, "zip")
    return site


def _run(site: Path, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    return subprocess.run(
        [sys.executable, "-m", "harness", *args],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(site), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_has_every_file_of_its_packages(installed: Path) -> None:
    """Modules, suites, claims, templates and the signs that types are checked: none more, none less."""
    expected = {
        path.relative_to(ROOT)
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    actual = {
        path.relative_to(installed)
        for name in PACKAGES
        for path in (installed / name).rglob("*")
        if path.is_file()
    }
    assert expected == actual
    assert {Path(name) / "py.typed" for name in ("harness", "report", "repro")} <= actual


def test_the_commands_that_look_work_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Suites and claims are those of the wheel; nothing is written."""
    listed = _run(installed, tmp_path, "list", "--json")
    assert (0, "") == (listed.returncode, listed.stderr)
    kinds = json.loads(listed.stdout)
    assert {path.stem for path in (ROOT / "suites").glob("*.toml")} == set(kinds["suites"])
    assert {path.stem for path in (ROOT / "report" / "claims").glob("*.toml")} == set(kinds["claims"])
    planned = _run(installed, tmp_path, "plan", "sample", "--offline", "--json")
    assert (0, "") == (planned.returncode, planned.stderr)
    assert {"sample"} == {row["suite"] for row in json.loads(planned.stdout)}
    assert [] == list(tmp_path.iterdir())


def test_a_suite_of_ones_own_runs_and_is_reported(installed: Path, tmp_path: Path) -> None:
    """The data lie beside its file, which is named by its path; the report's templates are the wheel's."""
    write_suite(tmp_path, SUITE)
    ran = _run(installed, tmp_path, "run", "mine.toml", "--jobs", "1")
    assert 0 == ran.returncode, ran.stderr
    assert "mine: 2 run, 0 done before, 0 blocked\n" == ran.stdout
    reported = _run(installed, tmp_path, "report", "--from", "out")
    assert (0, "") == (reported.returncode, reported.stderr)
    documents = {path.name for path in (tmp_path / "out" / "report").glob("*.md")}
    assert {"CLAIMS.md", "TECHNICAL_REPORT.md"} <= documents


def test_committed_evidence_is_looked_for_in_the_current_folder(installed: Path, tmp_path: Path) -> None:
    """A command that needs it says in one line that it is not there."""
    done = _run(installed, tmp_path, "claims")
    assert (2, "") == (done.returncode, done.stdout)
    assert "harness: artifacts: no such folder, expected evidence" in done.stderr
    assert 1 == done.stderr.count("\n")
