"""The suite that docs/extend.md has to copy: it is one that the harness takes, and its cells can run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
from support.command import Cli
from support.paths import ROOT

_BLOCK = re.compile(r"```toml\n(?:# (\S+\.toml)\n)?(.*?)```", re.DOTALL)


def test_the_suite_of_the_page_runs(tmp_path: Path, quick: Cli) -> None:
    """Copied as it stands, beside vectors of its dimensions: two pipelines, three seeds each, to do."""
    blocks = _BLOCK.findall((ROOT / "docs" / "extend.md").read_text("utf-8"))
    assert ["", "encoders/ours.toml", "datasets/corpus.toml", "datasets/pairs.toml"] == [
        name for name, _ in blocks
    ]
    for name, content in blocks:
        path = tmp_path / (name or "mine.toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    vectors = np.random.default_rng(0).standard_normal((3, 40, 768)).astype(np.float32)
    np.save(tmp_path / "corpus.npy", vectors[0])
    np.savez(tmp_path / "pairs.npz", left=vectors[1], right=vectors[2])
    done = quick("plan", "mine.toml", "--json", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert ["to do"] * 6 == [cell["state"] for cell in json.loads(done.stdout)]
