"""The content-addressed store of what is dear to compute: vectors of texts, and audits.

An entry's name is the hash of all that decides it, so nothing in it can be out of date. Texts are encoded
in units: for each data set in the suite's order, its texts that no set before it had. The units follow
from the suite alone, so a run that was killed makes the same units, and the same bytes, again.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness import numerics, plugins
from harness.certificate import digest
from harness.core import Floats, Json, PairSet, Place, check_vectors
from harness.files import write_atomic

LIBRARIES = ("torch", "transformers", "sentence-transformers")  # another version, other last bits
CHUNK = 1024  # texts encoded between two steps of the progress bar; a multiple of every batch in use


def cached(
    store: Path, kind: str, identity: Json, make: Callable[[], np.ndarray[Any, Any]]
) -> np.ndarray[Any, Any]:
    """Return the array stored for ``identity``, memory-mapped and read-only, making it if need be."""
    path = store / kind / f"{digest(identity)[:32]}.npy"
    if not path.is_file():
        buffer = io.BytesIO()
        np.save(buffer, make(), allow_pickle=False)
        write_atomic(path, buffer.getvalue())
    array: np.ndarray[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def vectors(
    sets: Sequence[PairSet],
    encoder: Json,
    params: Any,
    place: Place,
    store: Path,
    told: Callable[[int], None] = lambda _: None,
    corpus: PairSet | None = None,
) -> dict[str, Floats]:
    """Return the vectors (rows, D) float32 of each set, each different text encoded once.

    ``encoder`` identifies it (``use`` names the plug-in); ``told`` hears how many rows are done so far.
    ``corpus``: what an encoder that is itself fitted on texts is fitted on; such a one is handed it last.
    """
    module = plugins.load("encoders", encoder["use"], "encoders")
    made_by = {
        "encoder": encoder,
        "dimension": params.dimension,
        "code": plugins.code_digest(module.__name__),
        "numerics": numerics.identity(),
        "libraries": {name: _version(name) for name in getattr(module, "LIBRARIES", LIBRARIES)},
    }
    fitted_on = () if corpus is None else (corpus,)
    where: dict[object, int] = {}  # a row's key -> its place in all units, one after the other
    units: list[np.ndarray[Any, Any]] = []
    indices: dict[str, list[int]] = {}
    for data in sets:
        keys: list[object] = list(data.texts) if data.texts else [(data.name, i) for i in range(data.rows)]
        first = {key: i for i, key in reversed(list(enumerate(keys))) if key not in where}
        new = sorted(first.values(), key=lambda i: (len(str(keys[i])), str(keys[i])) if data.texts else i)
        identity = {**made_by, "rows": _digest_rows(data, new)}

        def encode(data: PairSet = data, new: list[int] = new) -> Floats:
            parts = []
            for start in range(0, len(new), CHUNK):
                parts.append(module.encode(data, new[start : start + CHUNK], params, place, *fitted_on))
                told(len(where) + start + len(parts[-1]))
            return check_vectors(np.concatenate(parts), data.name, params.dimension)

        if new:
            units.append(cached(store, "vectors", identity, encode))
            where.update({keys[i]: len(where) + at for at, i in enumerate(new)})
            told(len(where))
        indices[data.name] = [where[key] for key in keys]
    rows = np.concatenate(units)
    return {name: rows[index] for name, index in indices.items()}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _digest_rows(data: PairSet, rows: list[int]) -> str:
    hasher = hashlib.sha256()
    for i in rows:
        row = (
            data.texts[i].encode()
            if data.texts
            else data.vectors[i].tobytes()
            if data.vectors is not None
            else b""
        )
        hasher.update(len(row).to_bytes(8, "big") + row)
    return hasher.hexdigest()
