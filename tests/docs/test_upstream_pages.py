"""The reports to other projects: sentences repeat tables, and examples print what the pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from support.paths import ROOT

PAGES = {
    name: (ROOT / "docs" / "upstream" / f"{name}.md").read_text("utf-8")
    for name in ("mteb-compression", "sentence-transformers-int8")
}
PAGE = PAGES["mteb-compression"]


def test_the_numbers_of_the_sentences_are_those_of_the_table() -> None:
    """Means, the difference of binary codes from signs, and the two scores of the minimal example."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")][1:]
    table = {name: [float(value) for value in values] for name, *values in lines}
    means = {name: values[-1] for name, values in table.items()}
    wrapped = {level: f"{level}, CompressionWrapper" for level in ("int8", "uint8", "int4", "binary")}
    decoded = {level: f"{level}, the same codes decoded" for level in wrapped}
    int8, uint8, int4, binary = (f"{means[name]:.2f}" for name in wrapped.values())
    assert f"`INT8` is reported at {int8} and `UINT8` at {uint8}." in PAGE
    assert means["float32"] == means[decoded["int8"]] == means[decoded["uint8"]]
    assert f"`INT4` is reported above `INT8` ({int4} and {int8})." in PAGE
    assert f"({means[decoded['int8']]:.2f} and {means[decoded['int4']]:.2f})" in PAGE
    below = means[decoded["binary"]] - means[wrapped["binary"]]
    assert f"`BINARY` is reported {below:.2f} below its signs ({binary} and " in PAGE
    sts16 = [table[wrapped[level]][-2] / 100 for level in ("int8", "uint8")]
    assert f"are {sts16[0]:.4f} and {sts16[1]:.4f}." in PAGE


def test_the_script_is_there() -> None:
    """The page includes it whole."""
    assert '--8<-- "examples/mteb_compression.py"' in PAGE
    assert (ROOT / "examples" / "mteb_compression.py").is_file()


@pytest.mark.parametrize(("name", "tool"), list(zip(PAGES, ("mteb", "sentence_transformers"), strict=True)))
def test_the_minimal_example_prints_what_the_page_says(name: str, tool: str) -> None:
    """It runs without a network; every line that it prints stands below it."""
    pytest.importorskip(tool)
    code = re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL)[0]
    output = re.findall(r"```text\n(.*?)```", PAGES[name], re.DOTALL)[0]
    command = [sys.executable, "-W", "ignore", "-c", code]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert output == printed
