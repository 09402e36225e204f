"""Matrices that are made block by block into the store, and mapped from there: never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from harness.evidence.files import store_folder, write_atomic
from harness.evidence.sealed import stored, write_sealed
from harness.evidence.stamp import digest
from harness.types import Floats, Json


def stored_rows(
    kind: str, identity: Json, shape: tuple[int, int], make: Callable[[], Iterable[Floats]]
) -> Floats:
    """Return a matrix of ``shape`` (n, D) float32 from the store, mapped and read-only; write it if need be.

    ``identity`` determines its numbers, ``kind`` names the folder of the store, and ``make`` yields its
    rows in order, in blocks of any size; raises ValueError where they are others than ``shape`` says. The
    file is a ``.npy`` file that ends in its sha256.
    """
    path = store_folder() / kind / f"{digest(identity)[:32]}.npy"
    while not _stored(path):
        write_sealed(path, _pieces(shape, make()))
    rows: Floats = np.load(path, mmap_mode="r", allow_pickle=False)
    return rows


def _stored(path: Path) -> bool:
    """Return what ``stored`` does; a whole file is hashed again only after it changed.

    Beside it lies a note of what the system said of the file: workers open sets of many gigabytes.
    """
    note, status = path.with_suffix(".whole"), _status(path)
    if status is not None and note.is_file() and note.read_bytes() == status:
        return True
    whole = stored(path)
    if whole and status is not None:  # the status from before: a file that changed meanwhile has another
        write_atomic(note, status)
    return whole


def _status(path: Path) -> bytes | None:
    """Return a file's inode, size and times of change; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n".encode()


def _pieces(shape: tuple[int, int], blocks: Iterable[Floats]) -> Iterator[bytes]:
    header = BytesIO()
    descr = npy.dtype_to_descr(np.dtype(np.float32))
    npy.write_array_header_1_0(header, {"descr": descr, "fortran_order": False, "shape": shape})
    yield header.getvalue()
    count = 0
    for block in blocks:
        if block.shape[1:] != shape[1:]:
            raise ValueError(f"found rows of shape {block.shape[1:]}, expected {shape[1:]}")
        count += len(block)
        yield np.ascontiguousarray(block, np.float32).tobytes()
    if count != shape[0]:
        raise ValueError(f"found {count} rows, expected {shape[0]}")
