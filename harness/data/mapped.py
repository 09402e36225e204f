"""Files of vectors that are mapped instead of read, because they may be larger than memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.data.arrays import array_at
from harness.data.blocks import BLOCK_ROWS, blocks
from harness.types import Floats, check_vectors

_PART = 8_192  # rows that are checked at a time


def mapped(path: Path) -> Floats | None:
    """Return the rows (n, D) of a ``.npy`` file of float32 with more than BLOCK_ROWS rows, mapped, read-only.

    None stands for any other file: of fewer rows, of other numbers, or stored column by column. Raises
    InputError as ``check_vectors`` does; rows are checked block by block.
    """
    place = array_at(path)
    if place is None or len(place.shape) != 2 or place.shape[0] <= BLOCK_ROWS:  # noqa: PLR2004 - a matrix
        return None
    if place.fortran or place.dtype != np.dtype("<f4"):
        return None
    rows: Floats = np.memmap(path, place.dtype, "r", place.offset, place.shape)
    for start, block in blocks(rows, _PART):
        check_vectors(block, str(path), first=start)
    return rows
