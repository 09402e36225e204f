"""The shape of a result and of a list of blocked cells: what every reader of evidence may rely on.

``repro/verify.py`` holds evidence to the same rules in words of its own, as it stands alone.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import InputError

_CELL = ("encoder", "train", "chain", "point", "seed")
_NAMES = ("protocol", "dataset", "metric")
_BLOCKED = ("cell", "encoder", "train", "missing", "remedy")


def check_result(path: Path, content: Any) -> dict[str, Any]:
    """Return the content of the result at ``path``, <suite>/<cell>.json; raise InputError if it is none.

    Checked: its name, its suite and cell, the parameters of its cell, its sizes, and every value: finite, its
    interval around it, a whole number of items of at least 1, and no protocol, data set and metric twice.
    What it leaves out as undefined is not stated, says why, and is stated under another protocol.
    """
    if path.name.endswith(".blocked.json"):
        raise InputError(
            f"{path}: found the name of a list of blocked cells in a suite's folder, expected <cell>.json"
        )
    _object(content, f"{path}: content")
    for key, expected in (("suite", path.parent.name), ("cell", path.name.removesuffix(".json"))):
        if content.get(key) != expected:
            raise InputError(
                f"{path}: {key}: found {content.get(key)!r}, expected {expected!r}, as its place"
            )
    inputs = _object(content.get("inputs"), f"{path}: inputs")
    cell = _object(inputs.get("cell"), f"{path}: inputs.cell")
    for key in _CELL:
        if key not in cell:
            raise InputError(f"{path}: inputs.cell.{key}: found nothing, expected a parameter of the cell")
    sizes = _object(content.get("sizes"), f"{path}: sizes")
    for key in ("bytes_per_vector", "ratio"):
        _number(sizes.get(key), f"{path}: sizes.{key}")
    values = content.get("values")
    if not isinstance(values, list) or not values:
        raise InputError(f"{path}: values: found {_brief(values)}, expected a list of measured values")
    places = set()
    for i, value in enumerate(values):
        place = _check_value(value, f"{path}: values.{i}")
        if place in places:
            raise InputError(f"{path}: values.{i}: found {' '.join(place)} twice, expected it once")
        places.add(place)
    _check_left_out(content.get("left_out", []), places, path)
    found: dict[str, Any] = content
    return found


def check_blocked(path: Path, content: Any) -> list[dict[str, str]]:
    """Return the entries of the list of blocked cells at ``path``; raise InputError if it is none.

    An entry says which cell of which encoder and training split it is, what is missing, and the remedy.
    """
    suite = path.name.removesuffix(".blocked.json")
    _object(content, f"{path}: content")
    if content.get("suite") != suite:
        raise InputError(
            f"{path}: suite: found {_brief(content.get('suite'))}, expected {suite!r}, as its name"
        )
    entries = content.get("blocked")
    if not isinstance(entries, list):
        raise InputError(f"{path}: blocked: found {_brief(entries)}, expected a list, empty for no cell")
    for i, entry in enumerate(entries):
        _object(entry, f"{path}: blocked.{i}")
        for key in _BLOCKED:
            _text(entry.get(key), f"{path}: blocked.{i}.{key}")
    return entries


def _check_value(value: Any, where: str) -> tuple[str, str, str]:
    _object(value, where)
    protocol, dataset, metric = (_text(value.get(key), f"{where}.{key}") for key in _NAMES)
    at = f"{where}: {protocol} {dataset} {metric}"
    low, point, high = (_number(value.get(key), f"{at}: {key}") for key in ("low", "value", "high"))
    if not low <= point <= high:
        raise InputError(f"{at}: found {low:g} … {point:g} … {high:g}, expected low <= value <= high")
    n = value.get("n")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise InputError(f"{at}: n: found {_brief(n)}, expected a whole number of items, at least 1")
    undefined = value.get("undefined", 1)
    if not isinstance(undefined, int) or isinstance(undefined, bool) or undefined < 1:
        said = f"found {_brief(undefined)}, expected a number of resamples where some are undefined"
        raise InputError(f"{at}: undefined: {said}")
    return protocol, dataset, metric


def _check_left_out(notes: Any, places: set[tuple[str, str, str]], path: Path) -> None:
    """Raise InputError unless what is left out is undefined under one protocol of several, and says why."""
    if not isinstance(notes, list):
        raise InputError(f"{path}: left_out: found {_brief(notes)}, expected a list of undefined values")
    there, seen = {place[1:] for place in places}, set(places)
    for i, note in enumerate(notes):
        where = f"{path}: left_out.{i}"
        _object(note, where)
        protocol, dataset, metric, _ = (_text(note.get(key), f"{where}.{key}") for key in (*_NAMES, "why"))
        place = protocol, dataset, metric
        if place in seen or place[1:] not in there:
            said = "expected once, not among the values, and measured under another protocol"
            raise InputError(f"{where}: found {' '.join(place)}, {said}")
        seen.add(place)


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: found {_brief(value)}, expected an object")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: found {_brief(value)}, expected a name")
    return value


def _number(value: Any, where: str) -> float:
    # NaN and infinity fail the comparison, and so does an integer that no float can hold.
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) <= sys.float_info.max:
        raise InputError(f"{where}: found {_brief(value)}, expected a finite number")
    return float(value)


def _brief(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - a line stays a line
