"""A small suite to break, and the files that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

SmallSuite = Callable[..., Path]

# A suite of vectors as they come, so that no model and no network is needed to run it. What follows a line
# '# file: …' is a file of its own beside the suite.
SUITE = """\
name = "mine"
title = "Vectors of my own"
question = "What is left of their cosines?"
metrics = ["spearman@original"]
protocols = ["as-published"]
seeds = [0]
train = ["train-set"]
test = ["test-set"]
encoders = ["own"]

[points.8x]
ratio = 8
unit_bytes = 1

[[pipelines]]
name = "identity"
label = "uncompressed float32"
family = "any"
steps = [{ use = "identity" }]

[[pipelines]]
name = "projection-sign"
label = "random projection, signs"
family = "any"
steps = [{ use = "random-projection" }, { use = "sign" }]
points = ["8x"]
bits = 1

# file: encoders/own.toml
title = "Vectors as they come"
use = "as-is"
dimension = 8

# file: datasets/train-set.toml
title = "Rows to train on"
licence = "mine"
[[origins]]
use = "files"
path = "train.npy"

# file: datasets/test-set.toml
title = "Pairs to test on"
licence = "mine"
[[origins]]
use = "files"
path = "test.npz"
"""
FILE = "# file: "
END = "\n" + FILE + "encoders/own.toml\n"  # of the suite: tables can be added before it
OWN, TRAIN_SET, TEST_SET = (
    f"{FILE}{name}.toml\n" for name in ("encoders/own", "datasets/train-set", "datasets/test-set")
)

# Changes of SUITE: three seeds, and two pipelines of as many bytes that are compared.
COMPARED = (
    ("seeds = [0]", "seeds = [0, 1, 2]"),
    ('test = ["test-set"]\n', 'test = ["test-set"]\nbaselines = ["projection-sign"]\n'),
    (
        END,
        """
[[pipelines]]
name = "truncation-4"
label = "4 bits a dimension"
family = "any"
steps = [{ use = "truncation" }, { use = "scalar", bits = 4 }]
points = ["8x"]
bits = 4
"""
        + END,
    ),
)


def edited(*edits: tuple[str, str]) -> str:
    """Return the small suite with ``(old, new)`` edits, each of which has to fit one place."""
    text = SUITE
    for old, new in edits:
        assert 1 == text.count(old), f"the edit {old!r} has to fit one place"
        text = text.replace(old, new)
    return text


def write_files(path: Path, text: str) -> Path:
    """Write a suite to ``path``, and what comes after each line '# file: …' beside it; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suite, *files = ("\n" + text).split("\n" + FILE)
    path.write_text(suite.removeprefix("\n") + "\n", "utf-8")
    for file in files:
        name, _, content = file.partition("\n")
        beside = path.parent / name
        beside.parent.mkdir(exist_ok=True)
        beside.write_text(content, "utf-8")
    return path


def dataset(name: str, path: str) -> str:
    """Return the file of a data set that is read from a file beside the suite."""
    return (
        f'\n{FILE}datasets/{name}.toml\ntitle = "{name}"\nlicence = "mine"\n'
        f'origins = [{{ use = "files", path = "{path}" }}]\n'
    )


def encoder(name: str, table: str) -> str:
    """Return the file of an encoder; ``table`` has its other keys."""
    return f'\n{FILE}encoders/{name}.toml\ntitle = "{name}"\n{table}\n'


def write_suite(folder: Path, text: str) -> Path:
    """Write a suite as mine.toml, beside its 300 vectors and 40 pairs, and return its path."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    np.save(folder / "train.npy", rng.standard_normal((300, 8)).astype(np.float32))
    left, right = rng.standard_normal((2, 40, 8)).astype(np.float32)
    np.savez(folder / "test.npz", left=left, right=right)
    return write_files(folder / "mine.toml", text)
