"""A run against the committed evidence: what reproducing means, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness import plugins, stability
from harness.certificate import read_stamped
from harness.core import Json
from harness.stability import Key, Stability, key_of
from harness.tree import Tree

State = Literal["SAME BYTES", "WITHIN TOLERANCE", "DIFFERS", "NOT RUN HERE", "NOT COMMITTED"]


@dataclass(frozen=True, slots=True)
class Line:
    """One cell compared. ``why`` names the value that is furthest off where it differs."""

    suite: str
    cell: str
    state: State
    why: str = ""


def compare(here: Tree, committed: Tree) -> list[Line]:
    """Return a line for each cell of either tree."""
    ours, theirs, jitter = _cells(here), _cells(committed), stability.read(committed)
    return [_line(key, ours.get(key), theirs.get(key), jitter) for key in sorted({*ours, *theirs})]


def tolerance(jitter: Stability, result: Json, key: Key) -> float:
    """Return how far a value of a committed result may be off, by its metric or by its jitter."""
    floor = plugins.load("metrics", key[2].partition("@")[0], "metric").RERUN_TOLERANCE
    return jitter.tolerance(result, key, floor)


def _cells(tree: Tree) -> dict[tuple[str, str], Path]:
    paths = sorted((tree.root / "results").glob("*/*.json"))
    return {(path.parent.name, path.stem): path for path in paths}


def _line(key: tuple[str, str], here: Path | None, committed: Path | None, jitter: Stability) -> Line:
    if here is None:
        return Line(*key, "NOT RUN HERE")
    if committed is None:
        return Line(*key, "NOT COMMITTED")
    (ours, our_hash), (theirs, their_hash) = read_stamped(here), read_stamped(committed)
    if our_hash == their_hash:  # the content names its score files by sha256: those are the same as well
        return Line(*key, "SAME BYTES")
    why = _furthest(_values(ours), _values(theirs), lambda key: tolerance(jitter, theirs, key))
    return Line(*key, "DIFFERS", why) if why else Line(*key, "WITHIN TOLERANCE")


def _values(content: dict[str, Any]) -> dict[Key, float]:
    return {key_of(value): value["value"] for value in content["values"]}


def _furthest(ours: dict[Key, float], theirs: dict[Key, float], allowed: Callable[[Key], float]) -> str:
    """Return the value that lies furthest outside its tolerance, in words, or nothing."""
    missing = sorted(set(ours) ^ set(theirs))
    if missing:
        return f"{' '.join(missing[0])} is in one of them only"
    worst, said = 1.0, ""
    for key, value in ours.items():
        most = allowed(key)
        off = abs(value - theirs[key]) / most
        if off > worst:
            worst, said = (
                off,
                f"{' '.join(key)}: {value:g} here, {theirs[key]:g} committed, tolerance {most:g}",
            )
    return said
