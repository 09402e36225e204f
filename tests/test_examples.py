"""The examples in docstrings, each run as it stands."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
from support.paths import ROOT

SOURCES = [
    path for folder in ("harness", "report", "repro") for path in sorted((ROOT / folder).rglob("*.py"))
]
WITH_EXAMPLES = [path.relative_to(ROOT) for path in SOURCES if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=Path.as_posix)
def test_the_examples_of_a_module_come_out_as_they_say(path: Path) -> None:
    """Each prints what stands below it; a module that has the sign of an example has one."""
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    outcome = doctest.testmod(module)
    assert (0, True) == (outcome.failed, outcome.attempted > 0)
