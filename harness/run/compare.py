"""A run compared with the committed evidence, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.errors import RunError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.result import check_result
from harness.evidence.schema.suite import parse_suite
from harness.evidence.stability import Key, Stability, key_of
from harness.evidence.stamp import read_stamped
from harness.planning import registry
from harness.types import Json

State = Literal[
    "SAME BYTES",
    "SAME VALUES",
    "WITHIN TOLERANCE",
    "DIFFERS",
    "MISSING",
    "NOT RUN HERE",
    "NOT COMMITTED",
]
FAILING = ("DIFFERS", "MISSING")
EXACT = ("contamination", "sizes")  # counted, not measured: equal or different
_NUMBERS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class Line:
    """One cell compared. ``why`` names what is furthest off where it differs, else what is not the same."""

    suite: str
    cell: str
    state: State
    why: str = ""


def tolerance(jitter: Stability, result: Json, key: Key) -> float:
    """Return how far a value of a committed result may be off, by its metric or by its jitter."""
    floor = registry.load("metrics", key[2].partition("@")[0], "metric").RERUN_TOLERANCE
    return jitter.tolerance(result, key, floor)


def compare(here: Tree, committed: Tree) -> list[Line]:
    """Return a line for each cell of either tree; raise RunError where none is in both.

    SAME VALUES: nothing differs but the digests of the code that made them. MISSING: committed, of a suite
    that was run here, and neither here nor BLOCKED.
    """
    ours, theirs, jitter = _cells(here), _cells(committed), stability.read(committed)
    if not set(ours) & set(theirs):
        empty = [str(tree.root) for tree, cells in ((here, ours), (committed, theirs)) if not cells]
        reason = f"{' and '.join(empty)} has no results" if empty else "no cell is in both"
        raise RunError(f"nothing is compared: {reason}, expected results/<suite>/<cell>.json in both")
    blocked = {suite: _blocked(here, suite) for suite in {suite for suite, _ in theirs}}
    return [
        _line(key, ours.get(key), theirs.get(key), blocked.get(key[0]), jitter)
        for key in sorted({*ours, *theirs})
    ]


def _cells(tree: Tree) -> dict[tuple[str, str], Path]:
    return {(path.parent.name, path.stem): path for path in tree.results()}


def _blocked(tree: Tree, suite: str) -> set[str] | None:
    """Return the cells of a suite that were blocked here; None where the suite was not run here."""
    path = tree.suite(suite)
    if not path.is_file():
        return set() if path.with_name(suite).is_dir() else None
    return {cell.cell for cell in parse_suite(path, read_stamped(path)[0]).blocked}


def _line(
    key: tuple[str, str],
    here: Path | None,
    committed: Path | None,
    blocked: set[str] | None,
    jitter: Stability,
) -> Line:
    if here is None:
        if blocked is None or key[1] in blocked:
            return Line(*key, "NOT RUN HERE")
        return Line(*key, "MISSING", "committed, and neither here nor BLOCKED")
    if committed is None:
        return Line(*key, "NOT COMMITTED")
    (ours, our_hash), (theirs, their_hash) = read_stamped(here), read_stamped(committed)
    if our_hash == their_hash:  # the content names its score files by sha256: those are the same as well
        return Line(*key, "SAME BYTES")
    check_result(here, ours)
    check_result(committed, theirs)
    if _without_code(ours) == _without_code(theirs):
        return Line(*key, "SAME VALUES")
    why = _unequal(ours, theirs) or furthest(
        values_of(ours), values_of(theirs), lambda value: tolerance(jitter, theirs, value)
    )
    return Line(*key, "DIFFERS", why) if why else Line(*key, "WITHIN TOLERANCE", _others(ours, theirs))


def _without_code(result: Json) -> dict[str, Any]:
    return {**result, "inputs": {key: part for key, part in result["inputs"].items() if key != "code"}}


def _unequal(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Return the first part that has to be the same exactly and is not, in words, or nothing."""
    for part in EXACT:
        if (path := _first_difference(ours.get(part), theirs.get(part), part)) is not None:
            at, ours_at, theirs_at = path
            return f"{at}: {ours_at} here, {theirs_at} committed, expected the same"
    return ""


def _first_difference(ours: Any, theirs: Any, at: str) -> tuple[str, Any, Any] | None:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            if ours.get(key) != theirs.get(key):
                return _first_difference(ours.get(key), theirs.get(key), f"{at}.{key}")
    return None if ours == theirs else (at, ours, theirs)


def _others(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Return what else of two results differs: the keys of the content, those below inputs and of values."""
    keys = sorted({*ours, *theirs} - {"values", "inputs", *EXACT})
    named = [key for key in keys if ours.get(key) != theirs.get(key)]
    inputs, others = ours["inputs"], theirs["inputs"]
    named += [f"inputs.{key}" for key in sorted({*inputs, *others}) if inputs.get(key) != others.get(key)]
    our_values, their_values = values_of(ours), values_of(theirs)
    stated = {key for values in (our_values, their_values) for value in values.values() for key in value}
    named += [
        f"values.{key}"
        for key in sorted(stated - {*_NUMBERS, "n"})
        if any(value.get(key) != their_values[item].get(key) for item, value in our_values.items())
    ]
    return f"not the same: {', '.join(named)}" if named else ""


def values_of(content: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    """Return the values of a result, group or comparison by protocol, data set and metric."""
    return {key_of(value): value for value in content["values"]}


def furthest(
    ours: Mapping[Key, Mapping[str, Any]],
    theirs: Mapping[Key, Mapping[str, Any]],
    allowed_of: Callable[[Key], float],
    exact: tuple[str, ...] = ("n",),
) -> str:
    """Return the number that lies furthest outside its tolerance, in words, or nothing.

    Ends of intervals are held to the tolerance of the value; what is ``exact`` has to be the same.
    """
    alone = sorted(set(ours) ^ set(theirs))
    if alone:
        return f"{' '.join(alone[0])} is in one of them only"
    worst, why = 1.0, ""
    for key, value in ours.items():
        other, allowed = theirs[key], allowed_of(key)
        for name in exact:
            if value[name] != other[name]:
                at = f"{' '.join(key)}: {name}"
                return f"{at}: {value[name]} here, {other[name]} committed, expected the same"
        for name in _NUMBERS:
            off = abs(value[name] - other[name]) / allowed
            if off > worst:
                part = "" if name == "value" else f" {name}"
                both = f"{value[name]:g} here, {other[name]:g} committed"
                worst, why = off, f"{' '.join(key)}{part}: {both}, tolerance {allowed:g}"
    return why
