"""Headers and arrays of little-endian files, read and written strictly."""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.errors import InputError


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raise InputError above the limit, and where it cannot be read."""
    try:
        limits.AQEA_BYTES.check(path.stat().st_size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a file that can be read") from error


def read_header(layout: struct.Struct, data: bytes, is_: tuple[bytes, int], where: str) -> tuple[Any, ...]:
    """Return the numbers after magic and version, both of which have to be as ``is_`` says."""
    magic, version = is_
    if data[:4] != magic:
        raise InputError(f"{where}: found the magic bytes {data[:4]!r}, expected {magic!r}")
    if len(data) < layout.size:
        raise InputError(f"{where}: found {len(data)} bytes, expected a header of at least {layout.size}")
    _, actual, *numbers = layout.unpack_from(data)
    if actual != version:
        raise InputError(f"{where}: found version {actual}, expected {version}")
    return tuple(numbers)


def array_bytes(array: NDArray[Any], kind: str, shape: tuple[int, ...], where: str) -> bytes:
    """Return an array's bytes; raise InputError unless it has that type and shape and is finite."""
    if array.dtype.newbyteorder("<") != np.dtype(kind) or array.shape != shape:
        expected = f"{np.dtype(kind).name} {shape}"
        raise InputError(f"{where}: found {array.dtype} {array.shape}, expected {expected}")
    _check_finite(array, where)
    return array.astype(kind).tobytes()


def read_array(data: bytes, at: int, kind: str, shape: tuple[int, ...], where: str) -> NDArray[Any]:
    """Return the array whose bytes begin at ``at``; raise InputError unless it is finite."""
    stored = np.frombuffer(data, kind, count=prod(shape), offset=at).reshape(shape)
    _check_finite(stored, where)
    return stored.astype(stored.dtype.newbyteorder("="))


def _check_finite(array: NDArray[Any], where: str) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise InputError(f"{where}: row {bad[0][0]} has NaN or infinity, expected finite numbers")
