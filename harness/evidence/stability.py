"""What jitter evidence says of a value: how far it moves when vectors are disturbed in the last place.

One seed and training split of a pipeline are measured (``harness.run.jitter``) and stand for its other seeds,
splits and settings. A pipeline is unstable where any of its values moves beyond its metric's floor (the rerun
tolerance that the metric declares): a difference in the last bits leads it to another optimum.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TypeAlias

from harness.evidence.layout import Tree
from harness.evidence.schema.jitter import parse_jitter
from harness.evidence.stamp import read_stamped
from harness.types import Json

# Three draws of one seed and split show only a part of the variation: a rerun may be off by this factor more.
FACTOR = 3.0

Pipeline: TypeAlias = tuple[str, str, str, str | None]  # suite, encoder, chain, point
Key: TypeAlias = tuple[str, str, str]  # protocol, data set, metric


@dataclass(frozen=True, slots=True)
class Stability:
    """The largest move of each value of each pipeline that was measured, and each metric's floor."""

    moves: dict[Pipeline, dict[Key, float]]
    floors: dict[str, float]

    @property
    def unstable(self) -> frozenset[Pipeline]:
        """Return the pipelines of which a value moves by more than its metric's floor."""
        return frozenset(filter(self.turns, self.moves))

    def turns(self, pipeline: Pipeline) -> bool:
        """Return whether a value of a pipeline moves by more than its metric's floor."""
        return any(move > self.floors[key[2]] for key, move in self.moves.get(pipeline, {}).items())

    def tolerance(self, result: Json, key: Key, floor: float) -> float:
        """Return how far a rerun may be off: ``floor``, or FACTOR times the largest move where more."""
        return max(floor, FACTOR * self.moves.get(pipeline_of(result), {}).get(key, 0.0))

    def noted(self, pipeline: Pipeline) -> dict[Key, float] | None:
        """Return the largest moves of an unstable pipeline's values; None of a stable one's."""
        return self.moves[pipeline] if self.turns(pipeline) else None


def pipeline_of(result: Json) -> Pipeline:
    """Return the pipeline of a result."""
    cell = result["inputs"]["cell"]
    return result["suite"], cell["encoder"], cell["chain"], cell["point"]


def key_of(value: Json) -> Key:
    """Return what tells a value of a result from its others."""
    return value["protocol"], value["dataset"], value["metric"]


def mark(jitter: float | None) -> str:
    """Return what tables print behind the value of an unstable pipeline; nothing behind another's."""
    return "" if jitter is None else " †"


def widened(value: float, low: float, high: float, jitter: float | None) -> tuple[float, float]:
    """Return the interval low … high of a value with its jitter in it, in quadrature with either half.

    Errors of drawing items and of last bits are independent; the largest move stands for the second's 95 %.
    """
    if not jitter:
        return low, high
    below, above = max(value - low, 0.0), max(high - value, 0.0)
    return value - math.hypot(below, jitter), value + math.hypot(above, jitter)


def read(tree: Tree) -> Stability:
    """Return the jitter evidence in ``tree``; without results that are missing or were measured anew.

    Raises InputError where a file has a wrong checksum or another form.
    """
    moves: dict[Pipeline, dict[Key, float]] = {}
    floors: dict[str, float] = {}
    for path in sorted(tree.jitter("*").parent.glob("*.json")):
        jitter = parse_jitter(path, read_stamped(path)[0])
        floors |= jitter.floors
        for entry in jitter.cells:
            if current(tree, jitter.suite, entry.cell, entry.result):
                pipeline = jitter.suite, entry.encoder, entry.chain, entry.point
                moves[pipeline] = {value.key: max(map(abs, value.moves)) for value in entry.values}
    return Stability(moves, floors)


def current(tree: Tree, suite: str, cell: str, sha256: str) -> bool:
    """Return whether a cell's result in ``tree`` has the checksum ``sha256``."""
    try:
        actual = json.loads(tree.result(suite, cell).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(actual == sha256)
