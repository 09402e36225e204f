"""A small suite to break, and the files that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

SmallSuite = Callable[..., Path]

# A suite of vectors as they come, so that no model and no network is needed to run it.
SUITE = """\
name = "mine"
title = "Vectors of my own"
question = "What is left of their cosines?"
metrics = ["spearman@original"]
protocols = ["as-published"]
seeds = [0]
train = ["train-set"]
test = ["test-set"]

[points.8x]
ratio = 8
unit_bytes = 1

[[chains]]
name = "identity"
label = "uncompressed float32"
steps = [{ use = "identity" }]

[[chains]]
name = "projection-sign"
label = "random projection, signs"
steps = [{ use = "random-projection" }, { use = "sign" }]
points = ["8x"]
bits = 1

[encoders.own]
use = "as-is"
dimension = 8

[datasets.train-set]
licence = "mine"
[[datasets.train-set.origins]]
use = "files"
path = "train.npy"

[datasets.test-set]
licence = "mine"
[[datasets.test-set.origins]]
use = "files"
path = "test.npz"
"""

# Changes of SUITE: three seeds, and two chains of as many bytes that are compared.
COMPARED = (
    ("seeds = [0]", "seeds = [0, 1, 2]"),
    ('test = ["test-set"]\n', 'test = ["test-set"]\nbaselines = ["projection-sign"]\n'),
    (
        "\n[encoders.own]",
        """
[[chains]]
name = "truncation-4"
label = "4 bits a dimension"
steps = [{ use = "truncation" }, { use = "scalar", bits = 4 }]
points = ["8x"]
bits = 4

[encoders.own]""",
    ),
)


def edited(*edits: tuple[str, str]) -> str:
    """Return the small suite with ``(old, new)`` edits, each of which has to fit one place."""
    text = SUITE
    for old, new in edits:
        assert 1 == text.count(old), f"the edit {old!r} has to fit one place"
        text = text.replace(old, new)
    return text


def write_suite(folder: Path, text: str) -> Path:
    """Write a suite as mine.toml, beside its 300 vectors and 40 pairs, and return its path."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    np.save(folder / "train.npy", rng.standard_normal((300, 8)).astype(np.float32))
    left, right = rng.standard_normal((2, 40, 8)).astype(np.float32)
    np.savez(folder / "test.npz", left=left, right=right)
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path
