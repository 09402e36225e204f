"""Verify the committed evidence with Python >= 3.11 alone: ``python3 repro/verify.py [ROOT]``.

By hash: ``ARTIFACTS.sha256`` against ``artifacts/`` both ways; the certificate of every stamped JSON file
(sha256 of the RFC 8785 form of its content) and the last line of every matrix of the report (sha256 of what
stands before it); that each result's files are the ones it was computed with; that every claim's evidence, a
result or a transcript, exists. By structure: what a result, a list of blocked cells and an envelope have to
say; low <= value <= high; no value twice and no result twice; an envelope, from a clean commit, beside each
result; no file that nothing names; nothing in a figure that runs or loads. By arithmetic: every result is in
the means over seeds of its suite, each mean is that of the values of all seeds, and a comparison the
difference of two means; jitter is of results that are there. A problem is one line.
Not checked here, but by ``harness verify``: results against the suites, values and intervals against their
scores, and the report against what the evidence renders to.
Exit status: 0 none, 1 problems, 2 no ``ARTIFACTS.sha256`` in ROOT.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

LISTING = "ARTIFACTS.sha256"
SCHEMA_VERSION = 1  # of the evidence: the newest that is read here
PLACE = ("protocol", "dataset", "metric")
BLOCKED = ("cell", "encoder", "train", "missing", "remedy")
LONGEST = 500  # characters of a line: what is shown of a stranger's content has an end
DIGITS = 6  # significant digits that values are printed with
FLOAT32 = 2e-6  # how far sums in another order may move an end: both are differences of values near 1
P_SLACK = 0.001  # how far a p may be from 0.05 though its interval just touches 0
UNMEASURED = ("BLOCKED", "NOT_RUN")  # verdicts that need no evidence
# What a browser would run or load; a reference to a part of the same drawing is neither.
ACTIVE = re.compile(
    rb"(?i)<script|<foreignobject|<iframe|<image|<!entity|javascript:|\bon[a-z]+\s*=|href\s*=\s*[\"'](?!#)"
)
Problems = list[str]


def canonical(value: Any) -> str:
    """Return the RFC 8785 form of a parsed JSON value; raise ValueError where it has none."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError("an integer beyond 2^53 - 1 has no exact canonical form")
    return json.dumps(value, ensure_ascii=False)  # a text, a smaller integer, true, false or null


def _number(x: float) -> str:
    # The digits are Python's (shortest that round-trip); where point and exponent stand is ECMAScript's rule.
    sign, decimals, exponent = Decimal(repr(x)).normalize().as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{x} is no JSON number")  # noqa: TRY004 - a value is wrong, no argument
    digits = "".join(map(str, decimals))
    point = len(digits) + exponent  # digits before the decimal point
    if x == 0:
        return "0"
    if point > 21 or point <= -6:  # noqa: PLR2004 - ECMA-262, Number::toString
        digits = digits[0] + f".{digits[1:]}".rstrip(".") + f"e{point - 1:+d}"
    elif point <= 0:
        digits = "0." + "0" * -point + digits
    else:
        digits = (digits.ljust(point, "0")[:point] + f".{digits[point:]}").rstrip(".")
    return "-" * sign + digits


def _parse(data: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            raise ValueError(f"the key {max(keys, key=keys.count)!r} stands twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    return json.loads(data.decode(), object_pairs_hook=unique, parse_constant=refuse)


def _read(root: Path, found: Problems) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the sha256 of every file of ``artifacts/`` and the value of every JSON file, by path."""
    hashes: dict[str, str] = {}
    values: dict[str, Any] = {}
    for folder, folders, names in os.walk(root / "artifacts", onerror=lambda error: found.append(str(error))):
        for path in (Path(folder, name) for name in (".", *folders, *names)):
            shown = path.relative_to(root).as_posix()
            try:
                if path.is_symlink() or not (path.is_file() or path.is_dir()):
                    raise ValueError("no plain file or folder")  # noqa: TRY301 - one place says it
                if path.is_file():
                    data = path.read_bytes()
                    hashes[shown] = hashlib.sha256(data).hexdigest()
                    values |= {shown: _parse(data)} if path.suffix == ".json" else {}
            except (OSError, ValueError, RecursionError) as error:
                found.append(f"{shown}: cannot be read: {error}")
    return hashes, values


def _check_matrices(root: Path, hashes: dict[str, str], found: Problems) -> set[str]:
    """Check the last line of every matrix against the bytes before it; return their paths."""
    paths = {path for path in hashes if re.fullmatch(r"artifacts/report/matrix_[^/]*\.md", path)}
    for path in paths:
        body, mark, sha256 = (root / path).read_bytes().rpartition(b"\nCertificate: sha256:")
        if not mark or hashlib.sha256(body + b"\n").hexdigest().encode() + b"\n" != sha256:
            found.append(f"{path}: its last line is not the certificate of what stands before it")
    return paths


def _check_listing(text: str, hashes: dict[str, str], found: Problems) -> None:
    if not text.endswith("\n"):
        found.append(f"{LISTING}: empty, or its last line has no end: truncated")
    listed = [""]
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        match = re.fullmatch(r"([0-9a-f]{64})  (artifacts/.+)", line)
        if not match:
            found.append(f"{LISTING}: line {number}: expected a sha256, two spaces, artifacts/ and a path")
            continue
        sha256, path = match.groups()
        if path not in hashes:  # found by walking: a path that leaves the folder is not among them
            found.append(f"{path}: listed, but there is no such file inside artifacts/")
        elif hashes[path] != sha256:
            found.append(f"{path}: has sha256 {hashes[path][:12]}, the listing says {sha256[:12]}")
        if os.fsencode(path) <= os.fsencode(listed[-1]):
            found.append(f"{LISTING}: line {number}: {path} is out of order or listed twice")
        listed.append(path)
    found += [f"{path}: not listed in {LISTING}" for path in hashes.keys() - set(listed)]


def _check_version(content: Any) -> None:
    """Raise ValueError for a document of a newer schema: it may say what is not checked here."""
    inputs = content.get("inputs") if isinstance(content, dict) else None
    for part in (content, inputs):
        version = part.get("schema", 1) if isinstance(part, dict) else 1
        if type(version) is not int or version < 1:
            raise ValueError(f"schema: found {version!r}, expected a version, a whole number from 1")
        if version > SCHEMA_VERSION:
            raise ValueError(
                f"found evidence of schema {version}, expected at most {SCHEMA_VERSION}: "
                "use a newer version of the harness"
            )


def _certificate(value: Any) -> str:
    """Return the certificate of a stamped document; raise ValueError where it does not hold."""
    if not isinstance(value, dict) or set(value) != {"content", "sha256"}:
        raise ValueError("expected the keys content and sha256, and no other")
    sha256 = hashlib.sha256(canonical(value["content"]).encode()).hexdigest()
    if sha256 != value["sha256"]:
        raise ValueError(f"its content has sha256 {sha256[:12]}, its certificate says another")
    return sha256


def _claimed(content: Any) -> set[str]:
    """Return the paths that a result says its files have, whatever is there."""
    entries = content.get("files") if isinstance(content, dict) else None
    listed = entries.values() if isinstance(entries, dict) else ()
    return {f"artifacts/{entry.get('path')}" for entry in listed if isinstance(entry, dict)}


def _check_files(place: str, content: Any, hashes: dict[str, str]) -> None:
    """Raise ValueError where a result, or one of the files that it names, is another's."""
    if not isinstance(content, dict) or f"{content.get('suite')}/{content.get('cell')}" != place:
        raise ValueError("its suite and cell are not those of its place")
    if place.endswith(".blocked"):
        raise ValueError("has the name of a list of blocked cells, expected <cell>.json")
    entries = content.get("files")
    if not isinstance(entries, dict) or not {"before", "after"} <= set(entries):
        raise ValueError("names no files before and after")
    _named(entries, hashes)


def _named(entries: dict[str, Any], hashes: dict[str, str]) -> set[str]:
    """Return the files of ``{key: {"path": …, "sha256": …}}``; raise ValueError where one is another's."""
    named = {}
    for key, entry in entries.items():
        if not isinstance(entry, dict) or f"artifacts/{entry.get('path')}" not in hashes:
            raise ValueError(f"{key}: no such file inside artifacts/: {entry}")
        named[f"artifacts/{entry['path']}"] = entry.get("sha256")
    for path in (path for path, sha256 in named.items() if hashes[path] != sha256):
        raise ValueError(f"{path} is not the file that it was computed with")
    return set(named)


def _check_values(content: dict[str, Any]) -> None:
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
        place = _check_value(value)
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


def _check_value(value: Any) -> str:
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


def _essence(content: dict[str, Any]) -> list[str]:
    """Return what no two results of a suite have in common: their inputs, and what they measured.

    Two seeds of one pipeline come to the same values and scores where every interval has no width alone.
    """
    cell = {key: value for key, value in content["inputs"]["cell"].items() if key != "seed"}
    measured = [cell, content["values"], content["files"]["after"].get("sha256")]
    exact = all(value["low"] == value["high"] for value in content["values"])
    return [
        canonical([content["suite"], part]) for part in (content["inputs"], *([] if exact else [measured]))
    ]


def _check_blocked(suite: str, content: Any) -> None:
    if not isinstance(content, dict) or content.get("suite") != suite:
        raise ValueError("its suite is not that of its place")
    entries = content.get("blocked")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("blocked: expected a list of blocked cells, empty for none")
    cells = [str(entry.get("cell")) for entry in entries]
    for entry in entries:
        if not all(isinstance(entry.get(key), str) and entry[key] for key in BLOCKED):
            raise ValueError(f"blocked: found {entry}, expected {', '.join(BLOCKED)}")
        if cells.count(entry["cell"]) > 1:
            raise ValueError(f"blocked: {entry['cell']} stands twice")


def _check_envelope(value: Any) -> None:
    _check_version(value)
    commit = value.get("commit") if isinstance(value, dict) else None
    sha = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(sha, str) or not re.fullmatch("[0-9a-f]{40,64}", sha):
        raise ValueError("commit.sha: expected the commit that it was made from")
    if commit is None or commit.get("dirty") is not False:
        raise ValueError("commit.dirty: made from changed files; expected false, from a clean checkout")


def _check_pairs(values: dict[str, Any], results: set[str], suites: set[str], found: Problems) -> None:
    """Check that results and envelopes come in pairs, and that each suite has a list of what is blocked."""
    for path in (path for path in values if path.startswith("artifacts/envelopes/")):
        place = path.removeprefix("artifacts/envelopes/").removesuffix(".json")
        if place not in results:
            found.append(f"{path}: an envelope without a result")
        try:
            _check_envelope(values[path])
        except ValueError as error:
            found.append(f"{path}: {error}")
    for place in results:
        if f"artifacts/envelopes/{place}.json" not in values:
            found.append(f"artifacts/results/{place}.json: has no envelope artifacts/envelopes/{place}.json")
    for suite in {place.partition("/")[0] for place in results} - suites:
        found.append(f"artifacts/results/{suite}: has no list artifacts/results/{suite}.blocked.json")


def _check_report(root: Path, values: dict[str, Any], hashes: dict[str, str], found: Problems) -> set[str]:
    """Return the files of the report; check that figures run nothing and that verdicts have evidence."""
    drawn = values.get("artifacts/report/figures_data.json")
    names = ["claims.json", "figures_data.json", "CLAIMS.md", "TECHNICAL_REPORT.md"]
    names += [f"figure_{name}.svg" for name in (drawn if isinstance(drawn, dict) else ())]
    for path in (path for path in hashes if path.endswith(".svg")):
        if active := ACTIVE.search((root / path).read_bytes()):
            found.append(f"{path}: has {active[0].decode('ascii', 'replace')!r}, expected a drawing alone")
    claims = values.get("artifacts/report/claims.json")
    try:
        _check_version(claims)
    except ValueError as error:
        found.append(f"artifacts/report/claims.json: {error}")
    rows = claims.get("claims") if isinstance(claims, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("verdict") not in UNMEASURED and not row.get("evidence"):
            said = f"{row.get('id')} {row.get('row')}: {row.get('verdict')} without evidence"
            found.append(f"artifacts/report/claims.json: {said}")
    return {f"artifacts/report/{name}" for name in names}


def _check_server(place: str, content: Any) -> None:
    server = content.get("server") if isinstance(content, dict) else None
    if not isinstance(server, dict) or server.get("host") != place:
        raise ValueError("its server is not that of its place")


def _evidence(claims: Any) -> list[Any]:
    """Return every entry of every list called evidence, however deep it stands."""
    found, parts = [], [claims]
    for part in parts:  # grows while it is walked: no recursion, so no depth is too much
        for key, inner in part.items() if isinstance(part, dict) else ():
            if key == "evidence":
                found += inner if isinstance(inner, list) else [inner]
            parts.append(inner)
        parts += part if isinstance(part, list) else []
    return found


def _check_means(suite: str, content: Any, results: dict[str, Any]) -> None:
    """Raise ValueError unless a suite's means are those of all its ``results``, stamped, by cell."""
    batches = content.get("batches") if isinstance(content, dict) else None
    if not isinstance(batches, list) or content.get("suite") != suite:
        raise ValueError("expected the suite of its place, and a list of batches")
    expected: dict[str, dict[str, set[str]]] = {}  # place, group: cells
    for cell, result in results.items():
        group = cell.removesuffix(f".s{result['content']['inputs']['cell'].get('seed')}")
        expected.setdefault(canonical(_batch(result)), {}).setdefault(group, set()).add(cell)
    places = [canonical(_batch_of(batch)) for batch in batches]
    if sorted(places) != sorted(expected):
        odd = sorted(places + list(expected), key=lambda place: places.count(place) == (place in expected))
        raise ValueError(
            f"{odd[0]}: found {places.count(odd[0])} times, expected what the results have, once"
        )
    for batch, place in zip(batches, places, strict=True):
        groups = {group["group"]: set(group["results"]) for group in batch["groups"]}
        if groups != expected[place] or len(groups) != len(batch["groups"]):
            odd = sorted({*groups, *expected[place]}, key=lambda x: groups.get(x) == expected[place].get(x))
            said = ", ".join(sorted(expected[place].get(odd[0], ()))) or "none"
            listed = ", ".join(sorted(groups.get(odd[0], ()))) or "none"
            raise ValueError(
                f"{odd[0]}: expected each group once, with the results of all its seeds "
                f"(whole ones there are: {said}), found {listed}"
            )
        if batch["of"]["results"] != {
            cell: results[cell]["sha256"] for cell in set().union(*groups.values())
        }:
            raise ValueError(f"{place}: of.results: expected the certificates of the results that are there")
        means = {group["group"]: _check_group(group, results) for group in batch["groups"]}
        _check_comparisons(batch, means, results)


def _batch(result: Any) -> list[Any]:
    """Return what the results that are compared have in common: space, training split and size."""
    content = result["content"]
    cell = content["inputs"]["cell"]
    return [cell.get("encoder"), cell.get("train"), content["sizes"].get("bytes_per_vector")]


def _batch_of(batch: Any) -> list[Any]:
    return [batch["of"][key] for key in ("encoder", "train", "bytes_per_vector")]


def _check_group(group: Any, results: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return a group's means, and how far rounding may have moved each, by place.

    Raises ValueError for one that is not the mean of its results' values.
    """
    name = group["group"]
    for cell, sha256 in group["results"].items():
        if results[cell]["sha256"] != sha256:
            raise ValueError(f"{name}: {cell}: found sha256 {str(sha256)[:12]}, its result has another")
    stated: dict[str, list[Any]] = {}
    for cell in group["results"]:
        for value in results[cell]["content"]["values"]:
            stated.setdefault(_check_value(value), []).append(value)
    found = _numbers(name, group["values"], ("value", "low", "high", "n", "units"))
    expected = {place for place, values in stated.items() if len(values) == len(group["results"])}
    if set(found) != expected:
        raise ValueError(f"{name}: {min(set(found) ^ expected)}: expected the values that all seeds have")
    for place, value in found.items():
        mean, unit = math.fsum(each["value"] for each in stated[place]) / len(stated[place]), _unit(value)
        if abs(value["value"] - mean) > unit:
            raise ValueError(f"{name}: {place}: found {value['value']}, its results have the mean {mean:.6g}")
        _check_interval(f"{name}: {place}", value, stated[place])
        if {value["n"]} != {each["n"] for each in stated[place]} or value["units"] < 1:
            raise ValueError(f"{name}: {place}: n, units: expected the n of its results, and units")
    # Values of seeds may be larger than their mean, and rounded more coarsely.
    return {
        place: (value["value"], max(_unit(each) for each in (value, *stated[place])))
        for place, value in found.items()
    }


def _check_interval(where: str, mean: Any, seeds: list[Any]) -> None:
    """Raise ValueError where a mean's interval cannot be that of its seeds' values.

    That of one seed is its own. That of several lies within their outermost ends, give or take a twentieth of
    the widest, and is no narrower than errors that have nothing in common would leave it: than the narrowest
    over the root of their number.
    """
    ends = [(seed["low"], seed["high"]) for seed in seeds]
    slack = max(
        FLOAT32, *(2 * _unit({"value": end}) for pair in [*ends, (mean["low"], mean["high"])] for end in pair)
    )
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    narrowest = min(high - low for low, high in ends) / math.sqrt(len(ends))
    width = mean["high"] - mean["low"]
    beyond = slack if len(ends) == 1 else slack + max(high - low for low, high in ends) / 20
    if not mean["low"] - slack <= mean["value"] <= mean["high"] + slack:
        raise ValueError(f"{where}: expected low <= value <= high")
    if mean["low"] < low - beyond or mean["high"] > high + beyond or width < narrowest - slack:
        raise ValueError(
            f"{where}: found the interval {mean['low']} … {mean['high']}, "
            f"expected one within {low} … {high}, at least {narrowest:.6g} wide, as its results have"
        )


def _check_comparisons(
    batch: Any, means: dict[str, dict[str, tuple[float, float]]], results: dict[str, Any]
) -> None:
    """Raise ValueError for a comparison that is not, once, the difference of a group and a baseline."""
    chains = {
        group["group"]: results[min(group["results"])]["content"]["inputs"]["cell"].get("chain")
        for group in batch["groups"]
    }
    seen: set[frozenset[str]] = set()
    for compared in batch["comparisons"]:
        group, other = compared["group"], compared["against"]
        name = f"{group} against {other}"
        if group not in means or other not in means or group == other or {group, other} in seen:
            raise ValueError(f"{name}: expected two groups of one batch, each pair once")
        if chains[other] not in batch["of"]["baselines"]:
            raise ValueError(f"{name}: expected a baseline, one of {batch['of']['baselines']}")
        seen.add(frozenset((group, other)))
        for place, value in _numbers(name, compared["values"], ("value", "low", "high", "p")).items():
            if place not in means[group] or place not in means[other]:
                raise ValueError(f"{name}: {place}: expected a value that both groups have")
            (one, unit), (two, other_unit) = means[group][place], means[other][place]
            slack = unit + other_unit + _unit(value)
            if abs(value["value"] - (one - two)) > slack:
                raise ValueError(
                    f"{name}: {place}: found {value['value']}, the means differ by {one - two:.6g}"
                )
            if not (value["low"] - slack <= value["value"] <= value["high"] + slack and 0 <= value["p"] <= 1):
                raise ValueError(f"{name}: {place}: expected low <= value <= high, and p from 0 to 1")
            ends, p = (value["low"], value["high"]), value["p"]
            # An interval that ends at its value may have been extended to it: it says nothing of 0 then.
            around = ends[0] < 0 < ends[1] and value["value"] not in ends
            if ((min(ends) > 0 or max(ends) < 0) and p > 0.05 + P_SLACK) or (around and p < 0.05 - P_SLACK):
                raise ValueError(
                    f"{name}: {place}: found p {p} beside {ends[0]} … {ends[1]}, "
                    "expected at most 0.05 where an interval is all on one side of 0, else more"
                )


def _numbers(name: str, values: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return values by protocol, data set and metric; raise ValueError for one found twice or no numbers."""
    found: dict[str, Any] = {}
    for value in values:
        place = " ".join(str(value.get(key)) for key in PLACE)
        if place in found or not all(_finite(value.get(key)) for key in keys):
            raise ValueError(f"{name}: {place}: expected once, with the numbers {', '.join(keys)}")
        found[place] = value
    return found


def _finite(value: Any) -> bool:
    return type(value) in {int, float} and -sys.float_info.max <= value <= sys.float_info.max


def _unit(value: dict[str, Any]) -> float:
    """Return one unit of the last digit that a value is printed with."""
    size = abs(value["value"])
    return 10.0 ** (math.floor(math.log10(size)) + 1 - DIGITS) if size else 10.0**-DIGITS


def _check_jitter(suite: str, content: Any, results: dict[str, Any]) -> None:
    """Raise ValueError unless a suite's jitter is of results that are there, each once, in finite numbers."""
    if content["suite"] != suite or not all(_finite(x) and x > 0 for x in content["floors"].values()):
        raise ValueError("expected the suite of its place, and floors above 0")
    cells = [entry["cell"] for entry in content["cells"]]
    for entry in content["cells"]:
        cell = entry["cell"]
        result = results.get(cell)
        if result is None or result["sha256"] != entry["result"] or cells.count(cell) > 1:
            raise ValueError(f"{cell}: expected a result that is there, by its certificate, once")
        own = result["content"]["inputs"]["cell"]
        if any(entry[key] != own.get(key) for key in ("encoder", "chain", "point")):
            raise ValueError(f"{cell}: expected the encoder, chain and point of its result")
        there = {_check_value(value) for value in result["content"]["values"]}
        for place, value in _numbers(cell, entry["values"], ()).items():
            if place not in there or value["metric"] not in content["floors"]:
                raise ValueError(
                    f"{cell}: {place}: expected a value of its result, and a floor of its metric"
                )
            if not value["moves"] or not all(_finite(move) for move in value["moves"]):
                raise ValueError(f"{cell}: {place}: found moves {value['moves']}, expected finite numbers")


def _check_derived(values: dict[str, Any], sound: dict[str, str], found: Problems) -> None:
    """Check means and jitter against the results that are ``sound``: their certificates by place."""
    suites: dict[str, dict[str, Any]] = {}
    for place in sound:
        suite, _, cell = place.partition("/")
        suites.setdefault(suite, {})[cell] = values[f"artifacts/results/{place}.json"]
    kinds = {"means": _check_means, "jitter": _check_jitter}
    for path, stamped in values.items():
        _, kind, *names = path.split("/")
        if kind not in kinds or stamped is None:
            continue
        suite = "/".join(names).removesuffix(".json")
        try:
            if suite not in suites:
                raise ValueError("no suite with results has this name")  # noqa: TRY301 - one place says it
            kinds[kind](suite, stamped["content"], suites[suite])
        except (KeyError, TypeError, AttributeError) as error:
            found.append(f"{path}: {type(error).__name__}: {error}, expected what a run writes")
        except ValueError as error:
            found.append(f"{path}: {error}")
    for suite in suites:
        path = f"artifacts/means/{suite}.json"
        found += [] if path in values else [f"{path}: not found, expected the means of the suite's results"]


@dataclass
class _Seen:
    """What the stamped files of ``artifacts/`` are and name, gathered file by file."""

    evidence: dict[tuple[str, str], str] = field(default_factory=dict)  # kind and place: certificate
    results: set[str] = field(default_factory=set)
    sound: dict[str, str] = field(default_factory=dict)  # place of a whole result: its certificate
    suites: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    essences: dict[str, str] = field(default_factory=dict)  # what only one result may say: its path
    certificates: int = 0


def _check_stamped(path: str, value: Any, hashes: dict[str, str], seen: _Seen) -> None:
    """Check one file that is stamped or has to be; raise ValueError for what is wrong with it."""
    # A suite's list of blocked cells is stamped as well, but is no result: it names no files.
    below = re.fullmatch(r"artifacts/results/(?:([^/]+)\.blocked\.json|(.+)\.json|.+)", path)
    heard = re.fullmatch(r"artifacts/transcripts/(.+?)(?:\.json)?", path)
    derived = re.match(r"artifacts/(means|jitter|portability)/", path)
    if not (below or heard or derived or (isinstance(value, dict) and "content" in value)):
        return
    suite, place = (below[1], below[2]) if below else (None, None)
    seen.named.add(path)
    seen.suites |= {suite} if suite else set()
    seen.results |= {place} if place else set()
    if path.endswith(".json") and value is None:
        return  # unreadable, a problem already
    sha256 = _certificate(value)
    seen.certificates += 1
    content = value["content"]
    _check_version(content)
    if suite:
        _check_blocked(suite, content)
    elif place:
        seen.evidence["cell", place] = sha256
        seen.named |= _claimed(content)  # also where the result is refused: that is its line, not theirs
        _check_files(place, content, hashes)
        _check_values(content)
        seen.sound[place] = sha256
        for essence in _essence(content):
            if seen.essences.setdefault(essence, path) != path:
                raise ValueError(f"says what {seen.essences[essence]} says: one measurement, twice")
    elif heard:
        seen.evidence["transcript", heard[1]] = sha256
        _check_server(heard[1], content)
    elif isinstance(content, dict) and isinstance(content.get("files"), dict):
        seen.named |= _named(content["files"], hashes)
    if re.match(r"artifacts/portability/(?!portability\.json$)", path):
        raise ValueError("expected nothing beside portability.json")


def problems(root: Path) -> tuple[Problems, str]:
    """Return one line for each problem of the checkout at ``root``, and a line that says what was checked."""
    found: Problems = []
    hashes, values = _read(root, found)
    listing = root / LISTING
    _check_listing(os.fsdecode(listing.read_bytes()) if listing.is_file() else "", hashes, found)
    matrices = _check_matrices(root, hashes, found)
    seen = _Seen(named=matrices | _check_report(root, values, hashes, found), certificates=len(matrices))
    for path in sorted(hashes):
        try:
            _check_stamped(path, values.get(path), hashes, seen)
        except (ValueError, RecursionError) as error:
            found.append(f"{path}: {error}")
    _check_pairs(values, seen.results, seen.suites, found)
    _check_derived(values, seen.sound, found)
    seen.named |= {
        path for path in hashes if path.startswith("artifacts/envelopes/") and path.endswith(".json")
    }
    found += [f"{path}: no result names it" for path in hashes.keys() - seen.named]
    for entry in _evidence(values.get("artifacts/report/claims.json")):
        kind = "transcript" if isinstance(entry, dict) and "transcript" in entry else "cell"
        if (
            not isinstance(entry, dict)
            or ((kind, str(entry.get(kind))), entry.get("sha256")) not in seen.evidence.items()
        ):
            found.append(f"artifacts/report/claims.json: no {kind} has the name and certificate of {entry}")
    # Names and contents are a stranger's: no line breaks and no control characters of theirs.
    found = sorted(set(found))  # a claim's rows share their evidence
    lines = [re.sub(r"[^ -~]", lambda char: ascii(char[0])[1:-1], line[:LONGEST]) for line in found]
    said = f"{len(lines)} problems" if lines else "all as hashed"
    results = sum(kind == "cell" for kind, _ in seen.evidence)
    return lines, f"checked {len(hashes)} files, {seen.certificates} certificates, {results} results: {said}"


def main(argv: list[str]) -> int:
    """Print every problem and what was checked; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify the committed evidence.")
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args(argv).root
    if not (root / LISTING).is_file():
        print(f"{root / LISTING}: not found, expected a checkout with its evidence", file=sys.stderr)
        return 2
    found, checked = problems(root)
    try:
        print("\n".join([*found, checked]), flush=True)
    except BrokenPipeError:  # the reader of a pipe has gone: what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # a full disk below a redirection
        print(f"standard output: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
