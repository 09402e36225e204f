"""The vectors of data sets under an encoder, from the store or made.

Texts are encoded in units: the distinct texts of a data set or, in a judged set, of its queries and of its
documents. A unit is sorted by its texts alone, shortest first, so that its bytes depend on neither the suite
nor the data set's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.packages import installed_version
from harness.embedding.cache import entry
from harness.embedding.units import Encoding, OnRows, Unit, encode, unit_of
from harness.numerics import device, pinning
from harness.planning import registry
from harness.types import Floats, Ints, Json, PairSet, Place

# Modules that determine a vector beside the encoder's own: they form batches, read models and multiply. Their
# imports are left out, so that no vector is paid for again because an error is worded anew.
_MADE_WITH = (
    __name__,
    Unit.__module__,
    "harness.embedding.hf_models",
    "harness.numerics.pinning",
    "harness.numerics.products",
)
# Another version, other last bits.
LIBRARIES = ("numpy", "sentence-transformers", "tokenizers", "torch", "transformers")


def vectors(
    sets: Sequence[PairSet],
    encoder: Json,
    params: Any,
    place: Place,
    store: Path,
    on_rows: OnRows = lambda _done, _of: None,
    corpus: PairSet | None = None,
    jobs: int = 1,
) -> dict[str, Floats]:
    """Return the vectors (rows, D) float32 of each set, each different text of a set encoded once.

    ``encoder`` identifies the encoder, and its ``use`` names the plug-in. ``on_rows`` is called with the rows
    done and their total. ``corpus`` is what an encoder with fitted parameters is fitted on.
    """
    encoding = Encoding(encoder["use"], params, place, () if corpus is None else (corpus,))
    made_by = _made_by(encoder, encoding)
    by_row = getattr(encoding.module, "BY_ROW", False)
    units: dict[str, list[Unit]] = {}
    indices: dict[str, Ints] = {}  # of a set's rows, in its units one after the other
    for data in sets:
        named = {"set": data.name} if by_row else {}
        parts, indices[data.name] = _rows(data) if by_row or data.texts is None else _different_texts(data)
        units[data.name] = []
        for rows in parts:
            path = entry(store, "vectors", {**made_by, **named, "rows": _digest_rows(data, rows)})
            units[data.name].append(unit_of(path, data, rows, encoding))
    encode([unit for listed in units.values() for unit in listed], jobs, on_rows)
    return {
        name: np.concatenate([unit.joined() for unit in listed])[indices[name]]
        for name, listed in units.items()
    }


def _made_by(encoder: Json, encoding: Encoding) -> dict[str, Any]:
    """Return everything that determines a vector, apart from the texts of its unit."""
    module = encoding.module
    return {
        "encoder": encoder,
        "dimension": encoding.params.dimension,
        "code": sorted(map(registry.code_digest, {module.__name__, *_MADE_WITH})),
        "numerics": {**pinning.identity(), **device.identity()},
        "libraries": {
            name: installed_version(name) or "none" for name in getattr(module, "LIBRARIES", LIBRARIES)
        },
    }


def _rows(data: PairSet) -> tuple[list[list[int]], Ints]:
    """Return all rows as one unit, and where each is."""
    return [list(range(data.rows))], np.arange(data.rows)


def _different_texts(data: PairSet) -> tuple[list[list[int]], Ints]:
    """Return the rows of each unit's distinct texts, in order, and the position of each row's text.

    A judged set's documents are one unit and its queries another: the documents may be a data set as well.
    """
    texts = data.texts or ()
    queries = set() if data.queries is None else {int(i) for i in data.queries}
    documents = [i for i in range(data.rows) if i not in queries]
    parts: list[list[int]] = []
    index = np.empty(data.rows, np.int64)
    start = 0
    for rows in filter(None, (documents, sorted(queries))):
        first = {texts[i]: i for i in reversed(rows)}
        order = sorted(first, key=lambda text: (len(text), text))
        positions = {text: start + i for i, text in enumerate(order)}
        index[rows] = [positions[texts[i]] for i in rows]
        parts.append([first[text] for text in order])
        start += len(order)
    return parts, index


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
