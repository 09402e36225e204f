"""Locks of the claims that results were made under: each is here, under its own sha256, and holds digests."""

from __future__ import annotations

import re
from typing import Any

from repro.listing import Problems

_FOLDER = "artifacts/locks/"


def check_locks(values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Check the locks that envelopes name, and return their paths; any other file there stays unnamed.

    ``values`` are the JSON files by path, ``hashes`` the sha256 of every file.
    """
    named: dict[str, str] = {}
    for path in (path for path in values if path.startswith("artifacts/envelopes/")):
        envelope = values[path]
        sha256 = envelope.get("claims_lock") if isinstance(envelope, dict) else None
        if isinstance(sha256, str):
            named.setdefault(f"{_FOLDER}{sha256}.json", path)
    for lock, path in named.items():
        if hashes.get(lock) != lock.removeprefix(_FOLDER).removesuffix(".json"):
            problems.append(f"{path}: claims_lock: expected the sha256 of a file {lock}")
        elif not _holds_digests(values.get(lock)):
            problems.append(f"{lock}: expected claims, a sha256 for each")
    return set(named)


def _holds_digests(lock: Any) -> bool:
    claims = lock.get("claims") if isinstance(lock, dict) else None
    return isinstance(claims, dict) and all(
        isinstance(sha256, str) and re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in claims.values()
    )
