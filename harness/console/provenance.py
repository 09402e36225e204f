"""What ``harness explain`` shows: one screen about a cell, a transcript or a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_VALUES, _DATASETS, _ROWS, _CELLS, _CLAIMS = 8, 8, 12, 4, 6  # lines of each kind on a screen
_KEY = 11  # width of the column of names


def cell(explained: Mapping[str, Any]) -> str:
    """Return a cell's origin as lines."""
    spec, sizes, made = explained["cell"], explained["sizes"], explained["made"]
    steps = " → ".join(_step(step) for step in spec["steps"])
    size = f"{sizes['bytes_per_vector']} bytes a vector of {sizes['original_bytes']} ({sizes['ratio']:.4g}×)"
    encoder = _identity({key: value for key, value in explained["encoder"].items() if key != "prefix"})
    code = explained["code"]
    elsewhere = f", {len(code['elsewhere'])} not in this checkout" if code["elsewhere"] else ", all as here"
    return "\n".join([
        explained["id"],
        *_block("values", _bounded(map(_value, explained["values"]), _VALUES)),
        *_block("method", [steps]),
        *_block("fitted on", [f"{explained['training_rows']:,} rows of {spec['train']}"]),
        *_block("seed", [str(spec["seed"])]),
        *_block("size", [f"{size}, {sizes['state_bytes']:,} bytes of codec"]),
        *_block("encoder", [f"{spec['encoder']}: {encoder}"]),
        *_block("data", _bounded(_datasets(explained), _DATASETS)),
        *_block("code", [f"{len(code['modules']) + len(code['elsewhere'])} modules{elsewhere}"]),
        *_block("files", _files(explained)),
        *_block("made", [_made(made)]),
        *_block("claims", _bounded(map(_claim, explained["claims"]), _CLAIMS) or ["none rests on it"]),
        *_block("again", explained["again"].values()),
    ])  # fmt: skip


def transcript(explained: Mapping[str, Any]) -> str:
    """Return a transcript's origin as lines."""
    counts = ", ".join(f"{count} {status}" for status, count in explained["counts"].items())
    return "\n".join([
        explained["id"],
        *_block("checks", [counts]),
        *_block("server", [str(explained["server"]["name"] or explained["server"]["host"])]),
        *_block("files", _files(explained)),
        *_block("claims", _bounded(map(_claim, explained["claims"]), _CLAIMS) or ["none rests on it"]),
        *_block("again", explained["again"].values()),
    ])  # fmt: skip


def claim(explained: Mapping[str, Any]) -> str:
    """Return a claim's verdict as lines, each row with its line in the claim's file and its evidence."""
    board = explained["board"]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in board["rows"].items() if count)
    number = f", number {board['number']}" if board["number"] else ""
    return "\n".join([
        f"{explained['id']}  {board['verdict']}{number}: {board['sentence']}",
        *_block("source", [f"{board['source']} ({board['origin']} claim, {board['lock']})"]),
        *_block("reason", [board["reason"]] if board["reason"] else []),
        *_block("decided by", [f"{board['row']} {board['protocol']}".strip()]),
        *_block("all rows", [counts]),
        *_block("rows", _bounded((line for row in explained["rows"] for line in _row(row)), 2 * _ROWS)),
        *_block("again", explained["again"].values()),
    ])  # fmt: skip


def _block(name: str, lines: Iterable[str]) -> list[str]:
    """Return lines behind a name, which stands before the first."""
    return [f"  {name if i == 0 else '':<{_KEY}}{line}" for i, line in enumerate(lines)]


def _bounded(lines: Iterable[str], most: int) -> list[str]:
    """Return the first lines, and how many more --json has."""
    listed = list(lines)
    return listed if len(listed) <= most else [*listed[:most], f"… and {len(listed) - most} more: --json"]


def _value(value: Mapping[str, Any]) -> str:
    name = "/".join(value[key] for key in ("protocol", "dataset", "metric"))
    return f"{name}  {value['value']:.6g} ({value['low']:.6g} … {value['high']:.6g}), n {value['n']:,}"


def _step(step: Mapping[str, Any]) -> str:
    params = ", ".join(f"{key} {value}" for key, value in step["params"].items())
    return f"{step['use']} ({params})" if params else str(step["use"])


def _files(explained: Mapping[str, Any]) -> list[str]:
    return [f"{_short(sha256)}  {path}" for path, sha256 in explained["files"].items()]


def _short(text: str) -> str:
    """Return the first digits of a digest, as a screen has room for them; --json has them all."""
    return f"{text[:12]}…" if re.fullmatch("[0-9a-f]{40,64}", text) else text


def _datasets(explained: Mapping[str, Any]) -> Iterable[str]:
    for name, identity in explained["datasets"].items():
        part = "training" if name == explained["cell"]["train"] else "test"
        both = " and test" if part == "training" and name in explained["cell"]["tests"] else ""
        shown = {key: value for key, value in identity.items() if key not in {"origin", "rows"}}
        yield f"{name} ({part}{both}): {_identity(shown)}"


def _identity(identity: Mapping[str, Any]) -> str:
    """Return what identifies an input: its kind, then each of its plain facts."""
    facts = [
        f"{key} {_short(str(value))}"
        for key, value in identity.items()
        if key != "use" and isinstance(value, str | int) and value not in {"", False}
    ]
    return ", ".join([str(identity.get("use")), *facts])


def _made(made: Mapping[str, Any] | None) -> str:
    if made is None:
        return "no envelope: unknown when and where"
    commit = made["commit"]
    by = f"commit {commit['sha'][:12]}{' with changes' if commit['dirty'] else ''}" if commit else "no commit"
    return f"{made['at']} by {by} in {made['seconds']:.3g} s, Python {made['python']}, on {made['machine']}"


def _claim(claim_row: Mapping[str, Any]) -> str:
    return " ".join(
        part
        for part in (claim_row["id"], claim_row["protocol"], claim_row["verdict"], claim_row["place"])
        if part
    )


def _row(row: Mapping[str, Any]) -> list[str]:
    printed = row["printed"]
    here = f"{printed['value']} here" if printed.get("value") else "not measured"
    interval = f" ({printed['low']} … {printed['high']})" if row["low"] is not None else ""
    name = f"{row['row']} {row['protocol']}".strip()
    first = f"{name}: {printed['published']} published, {here}{interval}, {row['verdict']}"
    cells = ", ".join(_bounded(_seeds_together(row["evidence"]), _CELLS))
    return [first, f"  {row['place']}" + (f"; rests on {cells}" if cells else f"; {row['reason']}")]


def _seeds_together(cells: Iterable[str]) -> list[str]:
    """Return cells that differ in their seed alone as one: its first, and the seeds of the others."""
    seeds: dict[str, list[str]] = {}
    for cell in cells:
        group, dot, seed = cell.rpartition(".")
        seeds.setdefault(group if dot else cell, []).append(seed)
    return [
        f"{group}.{first}" + (f" ({', '.join(others)})" if others else "")
        for group, (first, *others) in seeds.items()
    ]
