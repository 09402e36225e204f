"""Results: the files that each names, its values, and that no two report one measurement."""

from __future__ import annotations

from typing import Any

from repro.canonical import canonical
from repro.values import NAME, check_value, value_name


def claimed_files(content: Any) -> set[str]:
    """Return the paths that a result gives for its files, whether or not they exist."""
    entries = content.get("files") if isinstance(content, dict) else None
    listed = entries.values() if isinstance(entries, dict) else ()
    return {f"artifacts/{entry.get('path')}" for entry in listed if isinstance(entry, dict)}


def check_files(name: str, content: Any, hashes: dict[str, str]) -> None:
    """Raise ValueError unless a result is called ``name``, suite/cell, and its files are as it names them."""
    if not isinstance(content, dict) or f"{content.get('suite')}/{content.get('cell')}" != name:
        raise ValueError("its suite and cell are not those of its place")
    if name.endswith(".suite"):
        raise ValueError("has the name of a suite's record, expected <cell>.json")
    entries = content.get("files")
    if not isinstance(entries, dict) or not {"before", "after"} <= set(entries):
        raise ValueError("names no files before and after")
    named_files(entries, hashes)


def named_files(entries: dict[str, Any], hashes: dict[str, str]) -> set[str]:
    """Return the paths of ``{key: {"path": …, "sha256": …}}``.

    Raises ValueError where a file is missing or has another sha256 than its entry.
    """
    named = {}
    for key, entry in entries.items():
        if not isinstance(entry, dict) or f"artifacts/{entry.get('path')}" not in hashes:
            raise ValueError(f"{key}: no such file inside artifacts/: {entry}")
        named[f"artifacts/{entry['path']}"] = entry.get("sha256")
    for path in (path for path, sha256 in named.items() if hashes[path] != sha256):
        raise ValueError(f"{path} is not the file that it was computed with")
    return set(named)


def check_values(content: dict[str, Any]) -> None:
    """Raise ValueError unless a result has a cell, sizes, and well-formed values with different names."""
    inputs = content.get("inputs")
    if not isinstance(inputs, dict) or not isinstance(inputs.get("cell"), dict):
        raise ValueError("inputs.cell: expected the parameters of its cell")  # noqa: TRY004 - as all of these
    if not isinstance(content.get("sizes"), dict):
        raise ValueError("sizes: expected the sizes that were measured")  # noqa: TRY004
    values = content.get("values")
    if not isinstance(values, list) or not values:
        raise ValueError("values: expected a list of measured values")
    names = set()
    for value in values:
        name = check_value(value)
        if name in names:
            raise ValueError(f"{name}: found twice, expected it once")
        names.add(name)
    _check_left_out(content.get("left_out", []), names)


def _check_left_out(notes: Any, stated: set[str]) -> None:
    """Raise ValueError unless each value left out is noted once, and ``stated`` only of another protocol."""
    if not isinstance(notes, list) or not all(isinstance(note, dict) for note in notes):
        raise ValueError("left_out: expected a list of values that are undefined")
    left_out = [value_name(note) for note in notes]
    without_protocol = {name.partition(" ")[2] for name in stated}
    for note, name in zip(notes, left_out, strict=True):
        if set(note) != {*NAME, "why"} or not all(isinstance(text, str) and text for text in note.values()):
            raise ValueError(f"left_out: found {note}, expected {', '.join(NAME)}, why")
        repeated = name in stated or left_out.count(name) > 1
        if repeated or name.partition(" ")[2] not in without_protocol:
            raise ValueError(f"left_out: {name}: expected once, not stated, and stated of another protocol")


def essences(content: dict[str, Any]) -> list[str]:
    """Return what no two results of a suite may share, in canonical form: inputs, and measured numbers.

    Two seeds of one pipeline may share their numbers only where every interval has zero width.
    """
    cell = {key: value for key, value in content["inputs"]["cell"].items() if key != "seed"}
    measured = [cell, content["values"], content["files"]["after"].get("sha256")]
    exact = all(value["low"] == value["high"] for value in content["values"])
    return [
        canonical([content["suite"], part]) for part in (content["inputs"], *([] if exact else [measured]))
    ]
