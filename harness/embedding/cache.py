"""The content-addressed store of arrays that are expensive to compute: vectors and audits.

An entry's name is the hash of everything that determines it, so no entry is ever out of date. An entry is a
``.npy`` file, followed by its sha256. A truncated or altered entry is computed again, and a line says so.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from harness.evidence.files import write_atomic
from harness.evidence.stamp import digest
from harness.types import Json

Array: TypeAlias = np.ndarray[Any, Any]
_DIGEST_BYTES = 32
_PIECE = 1 << 24


def entry(store: Path, kind: str, identity: Json) -> Path:
    """Return the path of the entry of a kind ('vectors', 'overlaps' …) that ``identity`` determines."""
    return store / kind / f"{digest(identity)[:32]}.npy"


def cached(path: Path, make: Callable[[], Array]) -> Array:
    """Return the array stored at ``path``, memory-mapped and read-only, making it if need be."""
    while True:
        if not stored(path):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, make(), allow_pickle=False)
            content = buffer.getvalue()
            write_atomic(path, content + hashlib.sha256(content).digest())
        try:
            array: Array = np.load(
                path, mmap_mode="r", allow_pickle=False
            )  # the digest behind it is not read
        except FileNotFoundError:
            continue  # another run has removed it in between
        return array


def stored(path: Path) -> bool:
    """Return whether an entry is there and whole; one that is not whole is removed, and a line says so."""
    try:
        whole = _whole(path)
    except FileNotFoundError:  # never there, or another run has just joined it into its unit
        return False
    if not whole:
        sys.stderr.write(f"{path}: found an entry that is cut or altered, expected its sha256; made again\n")
        path.unlink(missing_ok=True)
    return whole


def _whole(path: Path) -> bool:
    """Return whether a file ends in the digest of what is before."""
    hasher, left = hashlib.sha256(), path.stat().st_size - _DIGEST_BYTES
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            hasher.update(piece)
            left -= len(piece)
        return left == 0 and file.read() == hasher.digest()
