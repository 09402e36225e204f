"""The tutorial notebook: it runs from its first cell to its last, and shows what it says it shows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.paths import ROOT

NOTEBOOK = ROOT / "examples" / "tutorial.ipynb"


def _cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the code cells of the notebook, run again offline."""
    path = tmp_path_factory.mktemp("notebook") / NOTEBOOK.name
    shutil.copyfile(NOTEBOOK, path)
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "run.py"), str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return _cells(path)


def _shown(cell: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a cell shows: each output's type, and its text; of an image that it is one."""
    shown = []
    for output in cell["outputs"]:
        data = output.get("data", {"text": output.get("text")})
        for kind, content in sorted(data.items()):
            shown.append((kind, "" if kind == "image/png" else "".join(content)))
    return shown


def test_the_tutorial_has_ten_cells_with_plots_and_tables() -> None:
    """From texts to an index: ten cells of code, four figures, and the codec as a table."""
    kinds = [kind for cell in _cells(NOTEBOOK) for kind, _ in _shown(cell)]
    assert 10 == len(_cells(NOTEBOOK))
    assert (4, 1) == (kinds.count("image/png"), kinds.count("text/html"))


def test_the_outputs_in_the_notebook_are_what_it_gives(ran: list[dict[str, Any]]) -> None:
    """Run again, each cell shows what is stored in the notebook (``make notebook``); nothing on stderr."""
    assert [_shown(cell) for cell in _cells(NOTEBOOK)] == [_shown(cell) for cell in ran]
    assert [] == [output for cell in ran for output in cell["outputs"] if output.get("name") == "stderr"]
