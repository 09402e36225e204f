"""What accompanies the results of a suite: an envelope for each, and the record of the suite."""

from __future__ import annotations

import re
from typing import Any

from repro.canonical import check_version
from repro.listing import Problems

BLOCKED = ("cell", "encoder", "train", "missing", "remedy")  # the keys of a blocked cell
# What a record says of each pipeline and metric, and of which type.
DESCRIBED: dict[str, dict[str, type]] = {
    "pipelines": {"label": str, "family": str},
    "metrics": {"unit": str, "higher_is_better": bool},
}


def check_suite(suite: str, content: Any) -> None:
    """Raise ValueError unless a suite's record is complete, and names each blocked cell once."""
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
    """Raise ValueError unless an envelope names the clean commit that its result was made from."""
    check_version(value)
    commit = value.get("commit") if isinstance(value, dict) else None
    sha = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(sha, str) or not re.fullmatch("[0-9a-f]{40,64}", sha):
        raise ValueError("commit.sha: expected the commit that it was made from")
    if commit is None or commit.get("dirty") is not False:
        raise ValueError("commit.dirty: made from changed files; expected false, from a clean checkout")


def check_pairs(values: dict[str, Any], results: set[str], suites: set[str], problems: Problems) -> None:
    """Check that each result has an envelope, each envelope a result, and each suite a record.

    ``values`` are the JSON files by path, ``results`` names suite/cell, and ``suites`` those with a record.
    """
    for path in (path for path in values if path.startswith("artifacts/envelopes/")):
        name = path.removeprefix("artifacts/envelopes/").removesuffix(".json")
        if name not in results:
            problems.append(f"{path}: an envelope without a result")
        try:
            _check_envelope(values[path])
        except ValueError as error:
            problems.append(f"{path}: {error}")
    for name in results:
        if f"artifacts/envelopes/{name}.json" not in values:
            problems.append(f"artifacts/results/{name}.json: has no envelope artifacts/envelopes/{name}.json")
    for suite in {name.partition("/")[0] for name in results} - suites:
        problems.append(f"artifacts/results/{suite}: has no record artifacts/results/{suite}.suite.json")
