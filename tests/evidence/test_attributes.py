"""A checkout on a machine that turns line ends: the evidence has the bytes that were hashed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.checkouts import git
from support.paths import ROOT

ATTRIBUTES = ROOT / ".gitattributes"
FILES = {
    "artifacts/report/x.md": b"one\ntwo\n",
    "artifacts/report/y.svg": b"<svg>\r\n</svg>\n",
    "artifacts/scores/z.npz": bytes(range(256)),
    "ARTIFACTS.sha256": b"00  artifacts/x\n",
    "suites/a.toml": b'name = "a"\n',
    "harness/a.py": b"import os\n",
}


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_no_setting_of_line_ends_changes_a_byte(setting: str, tmp_path: Path) -> None:
    """Evidence comes out as it went in, even where it has mixed line ends; sources with line feeds alone."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    for name, data in {**FILES, ".gitattributes": ATTRIBUTES.read_bytes()}.items():
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_bytes(data)
    git(origin, "init", "--quiet")
    git(origin, "-c", f"core.autocrlf={setting}", "add", "-A")
    git(origin, "commit", "--quiet", "--message", "all")
    git(tmp_path, "clone", "--quiet", "-c", f"core.autocrlf={setting}", str(origin), str(clone))
    assert FILES == {name: (clone / name).read_bytes() for name in FILES}
