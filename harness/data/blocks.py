"""Rows of a matrix in memory or in a file, block by block or by number, so that a set may exceed memory.

A matrix that does not fit into memory is a ``np.memmap``. Its rows are read through the file: pages of a
mapping that were touched count as resident memory, and those of the file's cache do not. The file stays open
as long as the mapping, so that another one that takes its name is never read in its place.
"""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.errors import InputError
from harness.types import Ints

BLOCK_ROWS = 65_536
Number = TypeVar("Number", bound=np.generic)
_descriptors: weakref.WeakKeyDictionary[mmap.mmap, int] = weakref.WeakKeyDictionary()


def blocks(rows: NDArray[Number], size: int = BLOCK_ROWS) -> Iterator[tuple[int, NDArray[Number]]]:
    """Yield the number of the first row and the rows of each block of ``size`` of a matrix (n, D), in order.

    Blocks are contiguous. Of a matrix in memory they are views where it is contiguous; of a ``np.memmap``
    each is a copy. Raises InputError as ``take`` does.
    """
    for start in range(0, len(rows), size):
        if _in_file(rows):
            yield start, take(rows, np.arange(start, min(start + size, len(rows))))
        else:
            yield start, np.ascontiguousarray(rows[start : start + size])


def selected(
    parts: Iterable[tuple[int, NDArray[Number]]], numbers: Ints
) -> Iterator[tuple[int, NDArray[Number]]]:
    """Yield the rows ``numbers`` (m,), which ascend, of each of ``parts``, blocks with their first row.

    With them comes the position of the first one among ``numbers``. A block without any is left out, and one
    of which all rows are taken is no copy.
    """
    for start, block in parts:
        first, end = np.searchsorted(numbers, [start, start + len(block)]).tolist()
        whole = end - first == len(block) and block.flags.c_contiguous
        rows = block if whole else block[numbers[first:end] - start]
        del block  # while the next one is made, none of the last is in memory
        if first < end:
            yield first, rows
        del rows


def take(rows: NDArray[Number], numbers: Ints) -> NDArray[Number]:
    """Return the rows ``numbers`` (m,) of a matrix (n, D), (m, D), contiguous.

    Raises InputError where the file of a ``np.memmap`` is gone or ends early, IndexError for a number that is
    no row's: beside a part of a file lie rows of others.
    """
    if not _in_file(rows):
        return np.ascontiguousarray(rows[numbers])
    taken = np.empty((len(numbers), *rows.shape[1:]), rows.dtype)
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(rows):
        raise IndexError(f"found rows {numbers.min()} to {numbers.max()}, expected 0 to {len(rows) - 1}")
    width, first = rows.strides[0], _offset(rows)
    ends = (np.flatnonzero(np.diff(numbers, append=-2) != 1) + 1).tolist()
    try:
        start, descriptor = 0, _descriptor(rows)
        for end in ends:  # of runs of rows that lie one after the other
            _read(descriptor, taken[start:end], first + int(numbers[start]) * width)
            start = end
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{rows.filename}: {reason}, expected a file of {len(rows):,} rows") from error  # type: ignore[attr-defined]
    return taken


def _in_file(rows: NDArray[Any]) -> bool:
    """Return whether a matrix is mapped from a file that can be read by its name."""
    return isinstance(rows, np.memmap) and rows.filename is not None and rows.flags.c_contiguous


def _offset(rows: NDArray[Any]) -> int:
    """Return where in its file a mapped matrix begins, which may be a part of what was mapped."""
    mapped = np.frombuffer(_mapping(rows), np.uint8).ctypes.data
    return int(rows.offset // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY) + (  # type: ignore[attr-defined]
        rows.ctypes.data - mapped
    )


def _mapping(rows: NDArray[Any]) -> mmap.mmap:
    """Return what a mapped matrix, or a part of it, lies in."""
    base: Any = rows
    while isinstance(base, np.ndarray):
        base = base.base
    mapping: mmap.mmap = base
    return mapping


def _descriptor(rows: NDArray[Any]) -> int:
    """Return the descriptor of a mapped matrix's file, opened when it is first read."""
    mapping = _mapping(rows)
    if mapping not in _descriptors:
        descriptor = os.open(rows.filename, os.O_RDONLY)  # type: ignore[attr-defined]
        weakref.finalize(mapping, os.close, descriptor)
        _descriptors[mapping] = descriptor
    return _descriptors[mapping]


def _read(descriptor: int, into: NDArray[Any], position: int) -> None:
    """Fill a contiguous array with the bytes of a file from ``position`` on; raise EOFError where it ends."""
    room = into.data.cast("B") if into.size else into.data
    while room.nbytes:
        count = os.preadv(descriptor, [room], position)  # the system reads at most 2 GiB at a time
        if count == 0:
            raise EOFError("the file ends early")
        room, position = room[count:], position + count
