"""The lock of the claims that a run is made under: envelopes name it, and the evidence holds a copy."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree

# Beside the packages, in a checkout as in a wheel; ``harness lock`` writes it.
LOCK = Path(__file__).resolve().parents[2] / "report" / "claims.lock"


def lock_sha256() -> str | None:
    """Return the sha256 of the lock; None where the claims are not locked."""
    return sha256_file(LOCK) if LOCK.is_file() else None


def copy_lock(tree: Tree) -> None:
    """Copy the lock into ``tree``, where there is one and it is not there yet."""
    sha256 = lock_sha256()
    if sha256 and not tree.lock(sha256).is_file():
        write_atomic(tree.lock(sha256), LOCK.read_bytes())
