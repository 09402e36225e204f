"""Receipts of reruns elsewhere: each is named by its own sha256, and is a statement, signed or not.

``harness verify`` alone checks what it says, and its signature.
"""

from __future__ import annotations

import re
from typing import Any

from repro.listing import Problems

_FOLDER = "artifacts/receipts/"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PAYLOAD = "application/vnd.in-toto+json"


def check_receipts(values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Check the receipts, and return their paths; a file there by another name stays unnamed.

    ``values`` are the JSON files by path, ``hashes`` the sha256 of every file.
    """
    named = {path for path in hashes if re.fullmatch(_FOLDER + "[0-9a-f]{64}\\.json", path)}
    for path in sorted(named):
        if hashes[path] != path.removeprefix(_FOLDER).removesuffix(".json"):
            problems.append(f"{path}: has sha256 {hashes[path][:12]}, expected its name")
        elif not _is_receipt(values.get(path)):
            problems.append(f"{path}: expected an in-toto statement, or a DSSE envelope of one")
    return named


def _is_receipt(value: Any) -> bool:
    return isinstance(value, dict) and (
        value.get("_type") == _STATEMENT or value.get("payloadType") == _PAYLOAD
    )
