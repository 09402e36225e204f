"""Which file a suite's name finds: the current folder's own, else the one that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.paths import ROOT

from harness.errors import InputError
from harness.planning.shipped import suite_paths, suites


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_shipped_suite_is_found_in_any_folder(elsewhere: Path) -> None:
    """By its name, or all of them where none is named."""
    shipped = sorted((ROOT / "suites").glob("*.toml"))
    assert [] == list(elsewhere.iterdir())
    assert shipped == list(suites().values()) == suite_paths([])
    assert [ROOT / "suites" / "sample.toml"] == suite_paths(["sample"])


def test_a_suite_of_the_current_folder_comes_first(elsewhere: Path) -> None:
    """It takes the place of the shipped one of its name; where none is named, it alone is meant."""
    (elsewhere / "suites").mkdir()
    (elsewhere / "suites" / "sample.toml").touch()
    assert [Path("suites/sample.toml")] == suite_paths(["sample"]) == suite_paths([])
    assert [ROOT / "suites" / "planted.toml"] == suite_paths(["planted"])
    assert {path.stem for path in (ROOT / "suites").glob("*.toml")} == set(suites())


def test_a_path_is_the_file_itself(elsewhere: Path) -> None:
    """Any file that ends in .toml, wherever it lies; two of one name are refused."""
    (elsewhere / "sample.toml").touch()
    assert [Path("sample.toml")] == suite_paths(["sample.toml"])
    with pytest.raises(InputError, match="found two of the name 'sample'"):
        suite_paths(["sample.toml", "sample"])
    with pytest.raises(InputError, match=r"found 'nowhere\.toml', expected one of autoencoder-encoders, "):
        suite_paths(["nowhere.toml"])
