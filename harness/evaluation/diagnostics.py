"""What is noted of a cell beside its values: the back end's size, the symbols stored, how fitting went."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.codecs.pipeline import Chain
from harness.data.identity import numbers
from harness.errors import InputError
from harness.evaluation.code_usage import Symbolic, described
from harness.evaluation.knn import unit
from harness.evaluation.search import Index
from harness.evidence.stamp import digest
from harness.numerics.rounding import rounded
from harness.planning import registry
from harness.planning.cells import Cell
from harness.types import Floats, PairSet


def index_of(cell: Cell, rows: Floats) -> Index:
    """Return the cell's back end, built over unit vectors ``rows`` (n, d)."""
    if cell.index is None:
        raise InputError(f"{cell.id}: found no index, expected one for metrics of an index")
    module = registry.load("indexes", cell.index.use, "indexes")
    seed = int(digest({"cell": cell.drawn_as, "index": cell.index.spec()})[:15], 16)
    index: Index = module.build(rows, module.Params(**cell.index.params), seed)
    return index


def index_size(cell: Cell, chain: Chain, rows: Floats) -> dict[str, int]:
    """Return the bytes of the back end over the vectors ``rows`` (n, D) after the chain, and their number."""
    stored = unit(chain.decode(chain.encode(rows)))
    return {"rows": len(rows), "bytes": int(index_of(cell, stored).nbytes)}


def stored_symbols(chain: Chain, data: PairSet, vectors: Floats) -> dict[str, Any]:
    """Return what codes a set's different rows have; nothing where the last step's codes are no symbols."""
    last = chain.codecs[-1]
    if not isinstance(last, Symbolic):
        return {}
    rows = np.sort(np.unique(numbers(data)[0], return_index=True)[1])
    texts = None if data.texts is None else tuple(data.texts[i] for i in rows.tolist())
    return described(last, chain.encode(vectors[rows]), texts)


def histories(chain: Chain) -> dict[str, Any]:
    """Return what each step noted while it was fitted, by its place and name; of most steps nothing."""
    found = {}
    for i, (step, codec) in enumerate(zip(chain.steps, chain.codecs, strict=True)):
        history: dict[str, list[float]] = getattr(codec, "history", {})
        if history:
            found[str(i) + "." + step.use] = {
                key: [rounded(float(value)) for value in values] for key, values in history.items()
            }
    return found
