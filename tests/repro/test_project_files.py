"""Files that tools of others read agree with pyproject.toml, which is where each fact is written."""

from __future__ import annotations

import tomllib
from importlib import metadata
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_citation_names_the_project_as_it_is() -> None:
    """Name, version and licence; and an author, which the format asks for."""
    citation = _read("CITATION.cff")
    expected = {"title": PROJECT["name"], "version": PROJECT["version"], "license": PROJECT["license"]}
    assert expected == {key: citation[key] for key in expected}
    assert citation["authors"]


def test_ci_runs_its_script_with_every_python_that_is_allowed() -> None:
    """From the oldest to the one before the first that is not."""
    (job,) = _read(".github/workflows/ci.yml")["jobs"].values()
    versions = job["strategy"]["matrix"]["python"]
    minors = [int(version.removeprefix("3.")) for version in versions]
    assert f">=3.{minors[0]},<3.{minors[-1] + 1}" == PROJECT["requires-python"]
    assert list(range(minors[0], minors[-1] + 1)) == minors
    assert [".ci/run"] == [step["run"] for step in job["steps"] if "run" in step]


def test_hooks_run_what_the_project_installs() -> None:
    """Each command lies in the project's environment: its version is the one that constraints.txt pins."""
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    hooks = [hook for repo in _read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert ["ruff", "ruff-format", "mypy"] == [hook["id"] for hook in hooks]
    for hook in hooks:
        folder, _, command = hook["entry"].split()[0].rpartition("/")
        assert (".venv/bin", "system") == (folder, hook["language"])
        assert command in pinned


def test_every_pinned_version_runs_on_the_oldest_python() -> None:
    """A machine's own Python may be the first release of its line: no pin asks for a later one."""
    oldest = PROJECT["requires-python"].partition(",")[0].removeprefix(">=") + ".0"
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    required = {
        name: metadata.metadata(name)["Requires-Python"] or ""
        for name in pins
        if _version(name) == pins[name]
    }
    assert required
    assert {} == {name: text for name, text in required.items() if oldest not in SpecifierSet(text)}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_something(path: Any) -> None:
    """It has a name, a description, and a field that has to be filled in; no two fields share an id."""
    form = _read(path.relative_to(ROOT).as_posix())
    assert form["name"]
    assert form["description"]
    assert any(field.get("validations", {}).get("required") for field in form["body"])
    ids = [field["id"] for field in form["body"]]
    assert sorted(set(ids)) == sorted(ids)
