"""The content-addressed store of arrays that are expensive to compute: vectors and audits.

An entry's name is the hash of everything that determines it, so no entry is ever out of date. An entry is a
``.npy`` file, followed by its sha256. A truncated or altered entry is computed again, and a line says so.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from harness.evidence.files import write_atomic
from harness.evidence.sealed import sealed, stored
from harness.evidence.stamp import digest
from harness.types import Json

__all__ = ["Array", "cached", "entry", "stored"]

Array: TypeAlias = np.ndarray[Any, Any]


def entry(store: Path, kind: str, identity: Json) -> Path:
    """Return the path of the entry of a kind ('vectors', 'contamination' …) that ``identity`` determines."""
    return store / kind / f"{digest(identity)[:32]}.npy"


def cached(path: Path, make: Callable[[], Array]) -> Array:
    """Return the array stored at ``path``, memory-mapped and read-only, making it if need be."""
    while True:
        if not stored(path):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, make(), allow_pickle=False)
            write_atomic(path, sealed(buffer.getvalue()))
        try:
            array: Array = np.load(
                path, mmap_mode="r", allow_pickle=False
            )  # the digest behind it is not read
        except FileNotFoundError:
            continue  # another run has removed it in between
        return array
