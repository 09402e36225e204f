"""The figures of the pages on databases, measured again by the examples that the pages print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.paths import ROOT

QUERIES = 400  # the first rows
PIPELINES = [
    ("duckdb", "normalize | pca dims=64 | scalar bits=8"),
    ("lancedb", "normalize | pca dims=64"),
    ("sqlite-vec", "normalize | random-projection dims=512 | sign"),
    ("sqlite-vec", "normalize | itq dims=128 | sign"),
]


def _run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True).stdout


@pytest.mark.mirror
@pytest.mark.parametrize(("page", "pipeline"), PIPELINES)
def test_a_page_states_what_its_example_prints(
    page: str, pipeline: str, mirror: Path, tmp_path: Path
) -> None:
    """Each recall that the example prints is in its table, to a hundredth: indexes are built at random."""
    vectors = np.load(mirror / "esm2-8m-peptides/embeddings.npy").astype(np.float32)
    np.save(tmp_path / "queries.npy", vectors[:QUERIES])
    np.save(tmp_path / "vectors.npy", vectors[QUERIES:])
    _run(tmp_path, "-m", "harness", "fit", "vectors.npy", "--pipeline", pipeline, "-o", "codec")
    script = ROOT / f"examples/search_{page.replace('-', '_')}.py"
    output = _run(tmp_path, str(script), "codec", "vectors.npy", "queries.npy")
    printed = [float(number) for number in re.findall(r": +(0\.\d{3})", output)]
    table = (ROOT / f"docs/databases/{page}.md").read_text("utf-8").partition("## Measured")[2]
    stated = [float(number) for number in re.findall(r"\b0\.\d{3}\b", table)]
    assert printed
    assert [] == [number for number in printed if min(abs(number - each) for each in stated) > 0.01]
