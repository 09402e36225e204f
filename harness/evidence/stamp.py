"""Stamped files: canonical JSON (RFC 8785), its sha256, and the check of both.

A stamped document is ``{"content": …, "sha256": …}``: the hash is over the canonical form of the
content alone, so white space and key order of the file do not matter. Clock, host and versions stand
in an envelope, a file of its own, which is no part of the hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.schema.version import SCHEMA_VERSION, check_version
from harness.types import Json


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value; NaN, infinity and broken text raise InputError.

    >>> canonical({"b": 1.0, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise InputError(f"no canonical JSON: {error}") from error


def digest(value: Any) -> str:
    """Return the hex sha256 of a JSON value's canonical form.

    >>> digest({"b": 1.0, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def dumps(value: Any) -> bytes:
    """Return readable, deterministic JSON: sorted keys, two spaces, a final newline, no NaN."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def stamp(content: Json) -> bytes:
    """Return the bytes of a file with ``content`` and its checksum."""
    return dumps({"content": content, "sha256": digest(content)})


def write_stamped(path: Path, content: Json) -> None:
    """Write a stamped document atomically, with the version of the schema in its content.

    A file that has these bytes already is left as it is: a write that waits for the disk takes milliseconds.
    """
    data = stamp({"schema": SCHEMA_VERSION, **content})
    if not (path.is_file() and path.read_bytes() == data):
        write_atomic(path, data)


def read_stamped(path: Path) -> tuple[dict[str, Any], str]:
    """Return content and checksum of a stamped file.

    Raises InputError where the two do not agree, and where the content is of another schema.
    """
    document = read_json(path)
    if set(document) != {"content", "sha256"}:
        raise InputError(f"{path}: found keys {sorted(document)}, expected content and sha256")
    try:
        sha256 = digest(document["content"])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if sha256 != document["sha256"]:
        stated = str(document["sha256"])[:12]
        raise InputError(f"{path}: content has sha256 {sha256[:12]}…, its certificate says {stated}…")
    check_version(document["content"], str(path))
    return document["content"], sha256


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object from a file; raise InputError naming the file for anything else."""
    try:
        document = json.loads(path.read_bytes(), parse_constant=_refuse, object_pairs_hook=_unique)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: {error}, expected a JSON object") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: found {type(document).__name__}, expected a JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(f"found a key twice among {sorted(members)}")
    return members


def _refuse(constant: str) -> float:
    raise ValueError(f"found {constant}")
