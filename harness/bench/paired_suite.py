"""A suite of eight settings, with copies of the pairs that it tests and trains on, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

from harness.errors import BlockedError
from harness.planning import suite
from harness.planning.resolve import Inputs, locate
from harness.types import PairSet, Place

NAME = "beside-mteb"
IDENTITY = "identity"
_SUITE = """\
name = "{name}"
title = "Eight settings beside mteb's"
question = "What is left of MiniLM's agreement with people?"
metrics = ["spearman@human", "retention@human"]
protocols = ["as-published", "decontaminated"]
seeds = [0]
train = {train}
test = {tests}
encoders = ["minilm"]
"""
_PIPELINE = """
[[pipelines]]
name = "{name}"
label = "{name}"
family = "{name}"
steps = [{{ use = {step} }}]
"""
PIPELINES = {
    IDENTITY: '"identity"',
    "scalar-8": '"scalar", bits = 8',
    "scalar-per-vector": '"scalar-per-vector"',
    "scalar-6": '"scalar", bits = 6',
    "scalar-4": '"scalar", bits = 4',
    "scalar-2": '"scalar", bits = 2',
    "sign": '"sign"',
    "pq": '"pq", subvectors = 48',
}
_DATASET = """\
title = "{name}"
licence = "that of {name}"
origins = [{{ use = "files", path = "{name}.jsonl" }}]
"""


def write_suite(
    folder: Path, mirror: Path | None, tests: tuple[str, ...], train: str, pairs: int | None, settings: int
) -> tuple[Path, int]:
    """Write the suite of the first ``settings`` pipelines, and ``pairs`` of each data set (all for None).

    Return its path and how many pairs it tests on. Raises BlockedError where a data set cannot be had.
    """
    path = folder / f"{NAME}.toml"
    head = _SUITE.format(name=NAME, train=json.dumps([train]), tests=json.dumps(list(tests)))
    pipelines = [_PIPELINE.format(name=name, step=step) for name, step in list(PIPELINES.items())[:settings]]
    path.write_text("".join([head, *pipelines]), "utf-8")
    inputs = locate(suite.load(path), str(path), Place(folder, mirror, offline=True))
    lines = {name: _lines(_read(inputs, name))[:pairs] for name in (train, *tests)}
    (folder / "datasets").mkdir()
    for name, own in lines.items():
        (folder / f"{name}.jsonl").write_text("".join(own), "utf-8")
        (folder / "datasets" / f"{name}.toml").write_text(_DATASET.format(name=name), "utf-8")
    return path, sum(len(lines[name]) for name in tests)


def _read(inputs: Inputs, name: str) -> PairSet:
    located = inputs.datasets[name]
    if isinstance(located, BlockedError):
        raise located
    return inputs.read(name)


def _lines(data: PairSet) -> list[str]:
    """Return the pairs of a set as JSON lines."""
    if data.texts is None or data.gold is None:
        raise TypeError(f"{data.name}: found no scored texts, expected pairs of texts with scores")
    rows = [
        {"sentence1": data.texts[i], "sentence2": data.texts[j], "score": score}
        for (i, j), score in zip(data.pairs.tolist(), data.gold.tolist(), strict=True)
    ]
    return [json.dumps(row) + "\n" for row in rows]
