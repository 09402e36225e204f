"""What jitter evidence says of a value: how far it moves when vectors are disturbed in the last place.

One seed and training split of a pipeline are measured (``harness.run.jitter``) and stand for its other seeds,
splits and settings. A pipeline is unstable where any of its values moves beyond its metric's floor (the rerun
tolerance that the metric declares): it turns last bits into other optima.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.types import Json

# Three draws of one seed and split show a part of what may happen: a rerun may be off by so many times more.
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
        """Return whether a pipeline was seen to turn last bits into other optima."""
        return any(move > self.floors[key[2]] for key, move in self.moves.get(pipeline, {}).items())

    def tolerance(self, result: Json, key: Key, floor: float) -> float:
        """Return how far a rerun may be off: ``floor``, or FACTOR times the largest move where more."""
        return max(floor, FACTOR * self.moves.get(pipeline_of(result), {}).get(key, 0.0))

    def marked(self, result: Json) -> list[dict[str, Any]]:
        """Return a result's values; those of an unstable pipeline have their largest move as ``jitter``."""
        pipeline = pipeline_of(result)
        if not self.turns(pipeline):
            return list(result["values"])
        moves = self.moves[pipeline]
        return [{**value, "jitter": moves.get(key_of(value), 0.0)} for value in result["values"]]


def pipeline_of(result: Json) -> Pipeline:
    """Return the pipeline of a result."""
    cell = result["inputs"]["cell"]
    return result["suite"], cell["encoder"], cell["chain"], cell["point"]


def key_of(value: Json) -> Key:
    """Return what tells a value of a result from its others."""
    return value["protocol"], value["dataset"], value["metric"]


def mark(row: Json) -> str:
    """Return what tables print behind the value of an unstable pipeline; nothing behind another's."""
    return " †" if "jitter" in row else ""


def widened(row: Json) -> dict[str, Any]:
    """Return a row with its jitter in its interval, in quadrature with either half, where it has any.

    Errors of drawing items and of last bits are independent; the largest move stands for the second's 95 %.
    """
    jitter = row.get("jitter", 0.0)
    value, low, high = row["value"], row["low"], row["high"]
    if not jitter:
        return dict(row)
    return {
        **row,
        "low": value - math.hypot(max(value - low, 0.0), jitter),
        "high": value + math.hypot(max(high - value, 0.0), jitter),
    }


def read(tree: Tree) -> Stability:
    """Return the jitter evidence in ``tree``; nothing of a result that was made anew since, or is not there.

    Raises InputError where a file is not certified or not of this form.
    """
    moves: dict[Pipeline, dict[Key, float]] = {}
    floors: dict[str, float] = {}
    for path, content in _contents(tree):
        try:
            suite = content["suite"]
            floors |= {str(metric): float(floor) for metric, floor in content["floors"].items()}
            for entry in content["cells"]:
                if current(tree, suite, entry):
                    pipeline = suite, entry["encoder"], entry["chain"], entry["point"]
                    moves[pipeline] = {key_of(x): max(map(abs, x["moves"])) for x in entry["values"]}
                    if missing := {key[2] for key in moves[pipeline]} - floors.keys():
                        raise ValueError(f"no floor of {min(missing)}")  # noqa: TRY301
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: {error!r}, expected what harness jitter writes") from error
    return Stability(moves, floors)


def current(tree: Tree, suite: str, entry: Json) -> bool:
    """Return whether the result that an entry's moves were measured against is the one in ``tree``."""
    try:
        found = json.loads(tree.result(suite, entry["cell"]).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(found == entry["result"])


def _contents(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(tree.jitter("*").parent.glob("*.json")):
        yield path, read_stamped(path)[0]
