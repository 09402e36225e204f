"""Receipts of others under ``receipts/``: read, their signatures checked, and counted.

A receipt is named by the sha256 of its bytes. It confirms a result while the file that it names has the
digest that it states; what it says of earlier evidence counts no more and is no problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from harness.errors import InputError
from harness.evidence import dsse
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.schema.receipt import SignedEnvelope, Statement, Subject
from harness.evidence.stamp import read_json
from harness.evidence.validation import explain_json

FOLDER = "receipts"
_LARGEST = 16 * 2**20  # bytes of a file: thousands of cells need less than one MiB


@dataclass(frozen=True, slots=True)
class Receipt:
    """A statement, and whether a key signed it."""

    statement: Statement
    signed: bool


def read_receipt(path: Path) -> Receipt:
    """Return a receipt; raise InputError where it is none, has another name, or a signature is wrong."""
    if path.is_symlink() or not path.is_file():
        raise InputError(f"{path}: expected a plain file")
    if (size := path.stat().st_size) > _LARGEST:
        raise InputError(f"{path}: found {size:,} bytes, expected at most {_LARGEST:,}")
    if path.name != f"{sha256_file(path)}.json":
        raise InputError(f"{path}: expected the sha256 of its bytes as its name, and .json")
    document = read_json(path)
    try:
        if "payload" not in document:
            return Receipt(Statement.model_validate(document), signed=False)
        payload = dsse.opened(SignedEnvelope.model_validate(document), str(path))
        return Receipt(Statement.model_validate_json(payload), signed=True)
    except ValidationError as error:
        raise InputError(f"{path}: {explain_json(error)}") from error


def check_receipts(tree: Tree) -> list[str]:
    """Return a line for each file under ``receipts/`` that is no receipt, or whose signature is wrong."""
    lines = []
    for path in _paths(tree):
        try:
            read_receipt(path)
        except InputError as error:
            lines.append(str(error))
    return lines


def summary(tree: Tree) -> str:
    """Return a line on the receipts: how many, signed by how many keys, and how many results they confirm."""
    receipts = [read_receipt(path) for path in _paths(tree)]
    confirmed: set[str] = set()
    refuted: set[str] = set()
    for receipt in receipts:
        current = {subject.cell for subject in receipt.statement.subject if _holds(tree, subject)}
        predicate = receipt.statement.predicate
        confirmed |= current & {*predicate.passed, *predicate.warned}
        refuted |= current & set(predicate.failed)
    signed = sum(receipt.signed for receipt in receipts)
    unchecked = "" if dsse.installed() or not signed else " (not checked: install the extra receipts)"
    differing = f", {len(refuted)} differ elsewhere" if refuted else ""
    counts = f"{len(receipts)} receipts, {signed} signed{unchecked}"
    return f"{counts}: {len(confirmed)} of {len(tree.results())} results confirmed{differing}"


def _paths(tree: Tree) -> list[Path]:
    return sorted((tree.root / FOLDER).glob("*"))


def _holds(tree: Tree, subject: Subject) -> bool:
    """Return whether the result that a subject names is here, with the digest that it states."""
    suite, _, cell = subject.cell.partition("/")
    path = tree.result(suite, cell)
    return path.is_file() and sha256_file(path) == subject.digest["sha256"]
