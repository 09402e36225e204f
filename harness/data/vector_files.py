"""Files of vectors, ``.npy`` and ``.npz``: which rows make a set, and how they are paired."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from harness import limits
from harness.data.arrays import read_arrays
from harness.data.blocks import BLOCK_ROWS, take
from harness.data.mapped import mapped
from harness.data.pair_sets import finite_number, paired, rated
from harness.data.sampling import GRADED_ROWS, Part, graded_pairs
from harness.data.stored_rows import stored_rows
from harness.errors import InputError
from harness.types import Floats, Ints, Json, PairSet, check_vectors

_PART = 8_192  # rows that are copied at a time


class Rows(Part, extra="forbid", frozen=True):
    """Which rows of a file of vectors make a set, and how they are paired.

    ``array``: the one to take where a ``.npz`` holds several, or the column of a Parquet file. ``pairs`` a
    row are drawn (``sampling``), from its nearest neighbour to the farthest row, of more than 10,000 rows
    among so many; with 0 a set has no pairs: it can be trained on, and tested by random pairs and neighbours.
    """

    array: str | None = None
    pairs: int = Field(default=0, ge=0, le=limits.PAIRS_A_ROW.most)


def read_vectors(path: Path, name: str, origin: Json, taken: Rows) -> PairSet:
    """Return vectors as they come: rows of one array, or ``.npz`` arrays left, right and perhaps gold.

    Those of a large ``.npy`` file stay in it (``mapped``).

    Where ``taken`` names no array of a ``.npz``, that is the one called embeddings, or else the only one.
    """
    where = str(path)
    if taken.array in {None, "rows"} and (rows := mapped(path)) is not None:
        return vector_set(rows, name, origin, taken, where)
    arrays = read_arrays(path)
    chosen, listed = taken.array or _only(arrays), sorted(arrays)[:8]
    if chosen is not None:
        if chosen not in arrays:
            raise InputError(f"{where}: found arrays {listed}, expected {chosen!r} among them")
        return vector_set(check_vectors(arrays[chosen], where), name, origin, taken, where)
    if taken != Rows():
        raise InputError(f"{where}: found arrays {listed} and the key rows, expected array in it")
    if not {"left", "right"} <= set(arrays) <= {"left", "right", "gold"}:
        raise InputError(
            f"{where}: found arrays {listed}, expected left, right and perhaps gold, or embeddings"
        )
    left = check_vectors(arrays["left"], f"{where}: left")
    right = check_vectors(arrays["right"], f"{where}: right", dimension=left.shape[1])
    gold = arrays.get("gold")
    if len(left) != len(right) or (gold is not None and gold.shape != (len(left),)):
        counts = f"{len(left)} left and {len(right)} right rows"
        raise InputError(f"{where}: found {counts}, expected as many of both, and a score each")
    if gold is not None:
        gold = np.array([finite_number(x, f"{where}: gold, row {i}") for i, x in enumerate(gold.tolist())])
    return rated(name, None, np.concatenate([left, right]), paired(len(left)), gold, origin, where)


def vector_set(rows: Floats, name: str, origin: Json, taken: Rows, where: str) -> PairSet:
    """Return the part of ``rows`` (n, D) that is taken, with its pairs; raise InputError under two rows."""
    numbers = taken.numbers(len(rows))
    if numbers is not None:
        rows = _part(rows, numbers, origin)
    if len(rows) < 2:  # noqa: PLR2004 - nothing can be trained on one
        raise InputError(f"{where}: found {len(rows)} row, expected at least two")
    limits.PAIRS.check(min(len(rows), GRADED_ROWS) * taken.pairs, where)
    pairs = graded_pairs(rows, name, taken.pairs) if taken.pairs else np.empty((0, 2), np.int64)
    return PairSet(name, None, rows, pairs, None, origin, index=numbers)


def _part(rows: Floats, numbers: Ints, origin: Json) -> Floats:
    """Return the rows ``numbers`` (m,) of ``rows`` (n, D): a large part of a large file is stored."""
    if not isinstance(rows, np.memmap) or len(numbers) <= BLOCK_ROWS:
        return take(rows, numbers)
    make = partial(map, partial(take, rows), np.array_split(numbers, -(-len(numbers) // _PART)))
    return stored_rows("parts", {"origin": dict(origin)}, (len(numbers), rows.shape[1]), make)


def _only(arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """Return the array that needs no name: embeddings, or the only one if it is no half of pairs."""
    if "embeddings" in arrays:
        return "embeddings"
    single = set(arrays) - {"left", "right", "gold"}
    return next(iter(single)) if len(arrays) == len(single) == 1 else None
