"""Matrices that are made block by block into the store, and mapped from there: never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO

import numpy as np
from numpy.lib import format as npy

from harness.evidence.files import store_folder
from harness.evidence.sealed import stored, write_sealed
from harness.evidence.stamp import digest
from harness.types import Floats, Json


def stored_rows(
    kind: str, identity: Json, shape: tuple[int, int], make: Callable[[], Iterable[Floats]]
) -> Floats:
    """Return a matrix of ``shape`` (n, D) float32 from the store, mapped and read-only; write it if need be.

    ``identity`` determines its numbers, ``kind`` names the folder of the store, and ``make`` yields its
    rows in order, in blocks of any size. The file is a ``.npy`` file that ends in its sha256.
    """
    path = store_folder() / kind / f"{digest(identity)[:32]}.npy"
    while not stored(path):
        write_sealed(path, _pieces(shape, make()))
    rows: Floats = np.load(path, mmap_mode="r", allow_pickle=False)
    return rows


def _pieces(shape: tuple[int, int], blocks: Iterable[Floats]) -> Iterator[bytes]:
    header = BytesIO()
    descr = npy.dtype_to_descr(np.dtype(np.float32))
    npy.write_array_header_1_0(header, {"descr": descr, "fortran_order": False, "shape": shape})
    yield header.getvalue()
    for block in blocks:
        yield np.ascontiguousarray(block, np.float32).tobytes()
