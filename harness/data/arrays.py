"""NumPy's files, read strictly: a header is checked against the file's size before memory is allocated."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from harness import limits
from harness.errors import InputError, one_line

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what numpy.savez writes
_ENCRYPTED = 0x1  # bit of a member's flags
_PIECE = 2**20  # bytes that are read at a time, and that an archive's list of members may have
# What zipfile raises for a file that is no archive, and NumPy for a header that declares no array: it reads
# the header as a Python literal.
_NO_ARCHIVE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, RuntimeError),
    *(LookupError, OverflowError, AttributeError),
)
_NO_HEADER = (
    *(SyntaxError, TokenError, RecursionError, MemoryError),
    *(TypeError, LookupError, OverflowError, AttributeError),
)


class Stored(NamedTuple):
    """Where the array of a ``.npy`` file begins, in bytes, and what it is."""

    offset: int
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]


def array_at(path: Path) -> Stored | None:
    """Return where the array of a ``.npy`` file is; None for another file, and for one that is not whole."""
    if path.suffix.lower() != ".npy":
        return None
    try:
        with path.open("rb") as file:
            shape, fortran, dtype = read_header(file)
            offset, size = file.tell(), file.seek(0, 2)
    except (OSError, ValueError, EOFError):
        return None
    return Stored(offset, shape, fortran, dtype) if offset + _declared(shape, dtype) == size else None


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``.npz`` by name; any other file is a ``.npy``, whose array is called ``rows``.

    Raises InputError for objects, for headers that declare other sizes than the file has, for members that
    are encrypted or compressed otherwise than by deflate, and above the limits.
    """
    where = str(path)
    try:
        with _InPieces(path.open("rb", buffering=0)) as file:
            size = file.seek(0, 2)
            file.seek(0)
            if path.suffix.lower() == ".npz":
                return _archive(file, size, where)
            limits.VECTOR_BYTES.check(size, where)
            return {"rows": _array(file, size, where)}
    except (OSError, ValueError, EOFError, *_NO_ARCHIVE) as error:
        raise InputError(
            f"{where}: {one_line(error)[:200]}, expected a {path.suffix} file of numbers"
        ) from error


class _InPieces(io.BufferedReader):
    """A file of which at most _PIECE bytes are read at a time: zipfile reads a list of members as a whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, all without ``size``; raise ValueError where these are more."""
        data = super().read(_PIECE + 1 if size is None or size < 0 else min(size, _PIECE + 1))
        if len(data) > _PIECE:
            raise ValueError(f"found more than {_PIECE:,} bytes that list members")
        return data


def _archive(file: IO[bytes], size: int, where: str) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        limits.MEMBERS.check(len(members), where)
        unpacked = sum(member.file_size for member in members)
        limits.VECTOR_BYTES.check(unpacked, where)
        limits.check_expansion(size, unpacked, where)
        return dict(_member(archive, member, where) for member in members)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> tuple[str, NDArray[Any]]:
    name = member.filename.removesuffix(".npy")
    at = f"{where}: {name[:40]!r}"
    if name == member.filename:
        raise InputError(f"{at}: found a member without the ending .npy, expected arrays alone")
    if member.flag_bits & _ENCRYPTED:
        raise InputError(f"{at}: found an encrypted member, expected one that can be read")
    if member.compress_type not in _METHODS:
        problem = f"found the compression method {member.compress_type}"
        raise InputError(f"{at}: {problem}, expected none or deflate, as numpy.savez writes")
    limits.check_expansion(member.compress_size, member.file_size, at)
    try:
        with archive.open(member) as file:
            return name, _array(file, member.file_size, at)
    except (NotImplementedError, RuntimeError) as error:  # patched data, strong encryption
        raise InputError(f"{at}: {one_line(error)[:200]}, expected one that can be read") from error


def _array(file: IO[bytes], size: int, where: str) -> NDArray[Any]:
    """Return the array in ``file``, which has ``size`` bytes from its start on."""
    shape, fortran, dtype = read_header(file)
    if dtype.hasobject:
        raise ValueError("Object arrays cannot be loaded")
    declared, there = _declared(shape, dtype), size - file.tell()
    if declared != there or min(shape, default=0) < 0 or dtype.itemsize == 0:
        problem = f"found a header of {dtype} {shape} before {there:,} bytes"
        raise InputError(f"{where}: {problem[:200]}, expected as many bytes as it declares")
    data = bytearray()
    while len(data) < declared:
        piece = file.read(min(_PIECE, declared - len(data)))
        if not piece:
            raise EOFError(f"the data end after {len(data):,} of {declared:,} bytes")
        data += piece
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _declared(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    return math.prod(shape) * dtype.itemsize


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, order and type of the array that begins here; raise ValueError where none is declared.

    The readers are NumPy's, and evaluate literals alone.
    """
    version = npy.read_magic(file)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in readers:  # the third is for names of fields, which vectors have not
        raise ValueError(f"found version {version} of the format")
    try:
        with warnings.catch_warnings(action="ignore"):  # that Python 2 wrote the array
            shape, fortran, dtype = readers[version](file)
    except _NO_HEADER as error:
        raise ValueError("found a header that declares no array") from error
    return shape, fortran, dtype
