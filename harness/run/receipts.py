"""What a rerun confirmed, as an in-toto statement: the committed results, how each came out, and with what.

No clock is in it: the same rerun gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence import dsse
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.model import parse
from harness.evidence.schema.receipt import PAYLOAD, RESULTS, STATEMENT, TEST_RESULT, Statement
from harness.evidence.stamp import digest, dumps, read_json
from harness.run.compare import Line, compare

_LIST_OF_STATE = {
    "SAME BYTES": "passedTests",
    "SAME VALUES": "passedTests",
    "WITHIN TOLERANCE": "warnedTests",
    "DIFFERS": "failedTests",
}


def statement(out: Tree, committed: Tree, constraints: Path) -> dict[str, Any]:
    """Return the statement of a run in ``out`` about ``committed``: of the cells that are in both.

    Raises RunError where no cell is in both, and InputError without an envelope of the run.
    """
    lines = [line for line in compare(out, committed) if line.state in _LIST_OF_STATE]
    lists: dict[str, list[str]] = {name: [] for name in _LIST_OF_STATE.values()}
    for line in lines:
        lists[_LIST_OF_STATE[line.state]].append(f"{line.suite}/{line.cell}")
    content = {
        "_type": STATEMENT,
        "subject": [_subject(committed, line) for line in lines],
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": "FAILED" if lists["failedTests"] else "WARNED" if lists["warnedTests"] else "PASSED",
            "configuration": _configuration(out, lines, constraints),
            **lists,
        },
    }
    Statement.model_validate(content)
    return content


def write_receipt(content: dict[str, Any], folder: Path, key: Path | None) -> Path:
    """Write a statement, signed if there is a ``key``, named by the sha256 of its bytes; return the path."""
    payload = dumps(content)
    data = dumps(dsse.signed(payload, PAYLOAD, key)) if key else payload
    draft = folder / "receipt.json"
    write_atomic(draft, data)
    return draft.replace(folder / f"{sha256_file(draft)}.json")


def _subject(committed: Tree, line: Line) -> dict[str, Any]:
    path = committed.result(line.suite, line.cell)
    name = f"{RESULTS}{line.suite}/{line.cell}.json"
    return {"name": name, "digest": {"sha256": sha256_file(path)}}


def _configuration(out: Tree, lines: Iterable[Line], constraints: Path) -> list[dict[str, Any]]:
    """Return commits, pinned packages and machines of the run's envelopes, each once."""
    paths = [out.envelope(line.suite, line.cell) for line in lines]
    parts: dict[str, dict[str, Any]] = {}
    for path in filter(Path.is_file, paths):
        for part in _of_envelope(parse(Envelope, read_json(path), path)):
            parts.setdefault(digest(part), part)
    if not parts:
        raise InputError(f"{out.root}: found no envelope of the cells compared, expected what made them")
    pins = [constraints] if constraints.is_file() else []
    return [
        *parts.values(),
        *({"name": path.name, "digest": {"sha256": sha256_file(path)}} for path in pins),
    ]


def _of_envelope(envelope: Envelope) -> list[dict[str, Any]]:
    """Return commit, lock of the claims and machine of an envelope."""
    machine = {
        "platform": envelope.platform,
        "processor": envelope.processor,
        "python": envelope.python,
        "packages": envelope.packages,
        "numerics": envelope.numerics.model_dump(),
    }
    parts = [{"name": "environment", "digest": {"sha256": digest(machine)}, "annotations": machine}]
    if envelope.commit:
        parts.append({
            "name": "commit",
            "digest": {"gitCommit": envelope.commit.sha},
            "annotations": {"dirty": envelope.commit.dirty},
        })  # fmt: skip
    if envelope.claims_lock:
        parts.append({"name": "claims.lock", "digest": {"sha256": envelope.claims_lock}})
    return parts
