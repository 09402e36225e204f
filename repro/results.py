"""What a result, a suite's record and an envelope have to say."""

from __future__ import annotations

import re
from typing import Any

from repro.canonical import canonical, check_version
from repro.listing import Problems

PLACE = ("protocol", "dataset", "metric")
BLOCKED = ("cell", "encoder", "train", "missing", "remedy")
# Of a suite's record: what is said of each pipeline and metric, and of which type.
DESCRIBED: dict[str, dict[str, type]] = {
    "pipelines": {"label": str, "family": str},
    "metrics": {"unit": str, "higher_is_better": bool},
}


def claimed(content: Any) -> set[str]:
    """Return the paths that a result says its files have, whatever is there."""
    entries = content.get("files") if isinstance(content, dict) else None
    listed = entries.values() if isinstance(entries, dict) else ()
    return {f"artifacts/{entry.get('path')}" for entry in listed if isinstance(entry, dict)}


def check_files(place: str, content: Any, hashes: dict[str, str]) -> None:
    """Raise ValueError where a result, or one of the files that it names, is another's."""
    if not isinstance(content, dict) or f"{content.get('suite')}/{content.get('cell')}" != place:
        raise ValueError("its suite and cell are not those of its place")
    if place.endswith(".suite"):
        raise ValueError("has the name of a suite's record, expected <cell>.json")
    entries = content.get("files")
    if not isinstance(entries, dict) or not {"before", "after"} <= set(entries):
        raise ValueError("names no files before and after")
    named_files(entries, hashes)


def named_files(entries: dict[str, Any], hashes: dict[str, str]) -> set[str]:
    """Return the files of ``{key: {"path": …, "sha256": …}}``; raise ValueError where one is another's."""
    named = {}
    for key, entry in entries.items():
        if not isinstance(entry, dict) or f"artifacts/{entry.get('path')}" not in hashes:
            raise ValueError(f"{key}: no such file inside artifacts/: {entry}")
        named[f"artifacts/{entry['path']}"] = entry.get("sha256")
    for path in (path for path, sha256 in named.items() if hashes[path] != sha256):
        raise ValueError(f"{path} is not the file that it was computed with")
    return set(named)


def check_values(content: dict[str, Any]) -> None:
    """Raise ValueError unless a result has a cell and values that are whole, in order and different."""
    inputs = content.get("inputs")
    if not isinstance(inputs, dict) or not isinstance(inputs.get("cell"), dict):
        raise ValueError("inputs.cell: expected the parameters of its cell")  # noqa: TRY004 - as all of these
    if not isinstance(content.get("sizes"), dict):
        raise ValueError("sizes: expected the sizes that were measured")  # noqa: TRY004
    values = content.get("values")
    if not isinstance(values, list) or not values:
        raise ValueError("values: expected a list of measured values")
    places = set()
    for value in values:
        place = check_value(value)
        if place in places:
            raise ValueError(f"{place}: found twice, expected it once")
        places.add(place)
    _check_left_out(content.get("left_out", []), places)


def _check_left_out(notes: Any, places: set[str]) -> None:
    """Raise ValueError unless what a result leaves out is undefined under one protocol of several."""
    if not isinstance(notes, list) or not all(isinstance(note, dict) for note in notes):
        raise ValueError("left_out: expected a list of values that are undefined")
    left = [" ".join(str(note.get(key)) for key in PLACE) for note in notes]
    there = {place.partition(" ")[2] for place in places}
    for note, place in zip(notes, left, strict=True):
        if set(note) != {*PLACE, "why"} or not all(isinstance(each, str) and each for each in note.values()):
            raise ValueError(f"left_out: found {note}, expected {', '.join(PLACE)}, why")
        if place in places or left.count(place) > 1 or place.partition(" ")[2] not in there:
            raise ValueError(f"left_out: {place}: expected once, not stated, and stated of another protocol")


def check_value(value: Any) -> str:
    """Return the protocol, data set and metric of a value; raise ValueError for what is none."""
    names = [value.get(key) for key in PLACE] if isinstance(value, dict) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"values: found {value}, expected a protocol, a dataset and a metric")
    place = " ".join(map(str, names))
    numbers: list[Any] = [value.get(key) for key in ("low", "value", "high")]
    if not all(type(x) in {int, float} for x in numbers) or sorted(numbers) != numbers:
        raise ValueError(f"{place}: found {numbers}, expected low <= value <= high")
    if type(value.get("n")) is not int or value["n"] < 1:
        raise ValueError(f"{place}: n: found {value.get('n')}, expected at least 1 item")
    undefined = value.get("undefined", 1)
    if type(undefined) is not int or undefined < 1:
        raise ValueError(f"{place}: undefined: found {undefined}, expected a number of resamples, if any")
    return place


def essences(content: dict[str, Any]) -> list[str]:
    """Return what no two results of a suite have in common: their inputs, and what they measured.

    Two seeds of one pipeline come to the same values and scores where every interval has no width alone.
    """
    cell = {key: value for key, value in content["inputs"]["cell"].items() if key != "seed"}
    measured = [cell, content["values"], content["files"]["after"].get("sha256")]
    exact = all(value["low"] == value["high"] for value in content["values"])
    return [
        canonical([content["suite"], part]) for part in (content["inputs"], *([] if exact else [measured]))
    ]


def check_suite(suite: str, content: Any) -> None:
    """Raise ValueError unless a suite's record is whole, and names no blocked cell twice."""
    if not isinstance(content, dict) or content.get("suite") != suite:
        raise ValueError("its suite is not that of its place")
    if not all(isinstance(content.get(key), str) for key in ("suite_file", "title", "question")):
        raise ValueError("expected suite_file, title and question of the suite")
    for kind, keys in DESCRIBED.items():
        entries = content.get(kind)
        if not isinstance(entries, dict) or not all(
            isinstance(entry, dict) and {key: type(value) for key, value in entry.items()} == keys
            for entry in entries.values()
        ):
            raise ValueError(f"{kind}: expected {' and '.join(keys)} of each, by name")
    _check_blocked(content.get("blocked"))


def _check_blocked(entries: Any) -> None:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("blocked: expected a list of blocked cells, empty for none")
    cells = [str(entry.get("cell")) for entry in entries]
    for entry in entries:
        if not all(isinstance(entry.get(key), str) and entry[key] for key in BLOCKED):
            raise ValueError(f"blocked: found {entry}, expected {', '.join(BLOCKED)}")
        if cells.count(entry["cell"]) > 1:
            raise ValueError(f"blocked: {entry['cell']} stands twice")


def _check_envelope(value: Any) -> None:
    check_version(value)
    commit = value.get("commit") if isinstance(value, dict) else None
    sha = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(sha, str) or not re.fullmatch("[0-9a-f]{40,64}", sha):
        raise ValueError("commit.sha: expected the commit that it was made from")
    if commit is None or commit.get("dirty") is not False:
        raise ValueError("commit.dirty: made from changed files; expected false, from a clean checkout")


def check_pairs(values: dict[str, Any], results: set[str], suites: set[str], problems: Problems) -> None:
    """Check that results and envelopes come in pairs, and that each suite has a record."""
    for path in (path for path in values if path.startswith("artifacts/envelopes/")):
        place = path.removeprefix("artifacts/envelopes/").removesuffix(".json")
        if place not in results:
            problems.append(f"{path}: an envelope without a result")
        try:
            _check_envelope(values[path])
        except ValueError as error:
            problems.append(f"{path}: {error}")
    for place in results:
        if f"artifacts/envelopes/{place}.json" not in values:
            problems.append(
                f"artifacts/results/{place}.json: has no envelope artifacts/envelopes/{place}.json"
            )
    for suite in {place.partition("/")[0] for place in results} - suites:
        problems.append(f"artifacts/results/{suite}: has no record artifacts/results/{suite}.suite.json")
