"""Where a number comes from: its cell, inputs, code, files, machine, and the claims that rest on it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.model import parse
from harness.evidence.schema.result import check_result
from harness.evidence.schema.verdict import TranscriptEvidence, VerdictRow
from harness.evidence.stability import key_of
from harness.evidence.stamp import read_json, read_stamped
from harness.planning import registry
from harness.verification.claim_lines import place
from harness.verification.references import (
    CellReference,
    ClaimReference,
    TranscriptReference,
    check_cell,
    claim_rows,
    evidence_ids,
    read_claims,
)

Explanation = dict[str, Any]


def explain_cell(tree: Tree, named: CellReference) -> Explanation:
    """Return all that a cell's result says of its origin, as JSON; of its values the one named, or all.

    Raises InputError where there is no such result or value, or where a file's checksum is wrong.
    """
    check_cell(tree, named)
    path = tree.result(named.suite, named.cell)
    content, certificate = read_stamped(path)
    check_result(path, content)
    values = [value for value in content["values"] if named.value in {None, key_of(value)}]
    if not values:
        keys = ", ".join("/".join(key_of(value)) for value in content["values"][:3])
        raise InputError(f"{path}: found no value {'/'.join(named.value or ())}, expected one such as {keys}")
    inputs = content["inputs"]
    values.sort(key=lambda value: value["dataset"] not in inputs["combine"])  # what sums up sets comes first
    return {
        "id": named.id,
        "certificate": certificate,
        "cell": inputs["cell"],
        "values": values,
        "sizes": content["sizes"],
        "training_rows": content["training_rows"],
        "encoder": inputs["encoder"],
        "datasets": inputs["datasets"],
        "code": _code(inputs["code"]),
        "files": _files(tree, named, content),
        "made": _made(tree, named),
        "claims": _resting_on(tree, named.id),
        "again": {
            "replay": f"harness replay {named.id}",
            "run": f"harness run {named.suite} --only {shlex.quote(named.cell)}",
        },
    }


def explain_transcript(tree: Tree, named: TranscriptReference) -> Explanation:
    """Return what the transcript of a server says, as JSON; raise InputError where there is none."""
    path = tree.transcript(named.server)
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in path.parent.glob("*.json"))) or "none"
        raise InputError(f"{path}: not found, expected a transcript; there are: {there}")
    content, certificate = read_stamped(path)
    return {
        "id": named.id,
        "certificate": certificate,
        "server": content["server"],
        "counts": content["counts"],
        "files": {path.relative_to(tree.root).as_posix(): sha256_file(path)},
        "claims": _resting_on(tree, named.id),
        "again": {"run": named.command},
    }


def explain_claim(tree: Tree, named: ClaimReference) -> Explanation:
    """Return a claim's verdict and rows as JSON, each row with its line and evidence; or the row named."""
    entry, rows = claim_rows(read_claims(tree), named)
    return {
        "id": named.claim,
        "board": entry.model_dump(),
        "rows": [{**row.as_json(), "place": place(row), "evidence": evidence_ids(row)} for row in rows],
        "again": _again(named, rows[0]),
    }


def _again(named: ClaimReference, row: VerdictRow) -> dict[str, str]:
    """Return the command that runs a row's evidence again: its cells, or the checks of its server."""
    servers = [each.transcript for each in row.evidence if isinstance(each, TranscriptEvidence)]
    if servers:
        return {"run": TranscriptReference(servers[0]).command}
    return {"replay": f"harness replay {named.claim}" + (f":{named.row}" if named.row else "")}


def _code(digests: list[str]) -> Explanation:
    """Return the modules of this checkout that a result's digests of code name, and the digests of no one."""
    here = {registry.code_digest(name): name for name in _modules()}
    return {
        "modules": {here[digest]: digest for digest in digests if digest in here},
        "elsewhere": [digest for digest in digests if digest not in here],
    }


def _modules() -> list[str]:
    """Return the dotted names of all modules of the harness."""
    folder = Path(registry.__file__).parents[1]
    paths = (path.relative_to(folder.parent).with_suffix("") for path in sorted(folder.rglob("*.py")))
    return [".".join(path.parts) for path in paths]


def _files(tree: Tree, named: CellReference, content: Explanation) -> dict[str, str]:
    """Return the sha256 of every file of a cell, by its path below the tree."""
    own = [tree.result(named.suite, named.cell), tree.envelope(named.suite, named.cell)]
    stated = {file["path"]: file["sha256"] for file in content["files"].values()}
    return {
        path.relative_to(tree.root).as_posix(): sha256_file(path) for path in own if path.is_file()
    } | stated


def _made(tree: Tree, named: CellReference) -> Explanation | None:
    """Return when, where and from which commit a cell was made; None without its envelope."""
    path = tree.envelope(named.suite, named.cell)
    if not path.is_file():
        return None
    envelope = parse(Envelope, read_json(path), path)
    return {
        "commit": envelope.commit.model_dump() if envelope.commit else None,
        "at": envelope.made,
        "machine": envelope.machine,
        "python": envelope.python,
        "packages": envelope.packages,
        "seconds": envelope.seconds,
        "claims_lock": envelope.claims_lock,
    }


def _resting_on(tree: Tree, evidence: str) -> list[Explanation]:
    """Return the rows of claims that rest on a piece of evidence; empty where no report was rendered."""
    if not (tree.report() / "claims.json").is_file():
        return []
    rows = [row for row in read_claims(tree).claims if evidence in evidence_ids(row)]
    return [
        {
            "id": f"{row.id}:{row.row}",
            "protocol": row.protocol,
            "verdict": row.verdict,
            "place": place(row),
        }
        for row in rows
    ]
