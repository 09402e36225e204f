"""The report to faiss: its example prints what its sentence says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from support.paths import ROOT

PAGE = (ROOT / "docs" / "upstream" / "faiss-turboquant.md").read_text("utf-8")


def test_the_example_prints_what_the_page_says() -> None:
    """Too small at faiss's scale, and unbiased with the root of the dimensions."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    ).stdout
    found = [float(line) for line in printed.splitlines()]
    said = re.findall(r"line prints about (\d+\.\d+), the second about (\d+\.\d+)", PAGE)
    assert [pytest.approx(float(number), abs=0.01) for number in said[0]] == found
