"""The two file formats of aqea-cli (MIT; core/), ``.aqwt`` weights and ``.aqed`` vectors, read strictly.

Documented there, and kept to: magic, version and fields of both headers, little-endian; the weights row by
output; the flags of ``.aqed``; float32 original and AQEA vectors. Its documents give the header of ``.aqed``
64 bytes, the last 32 of them reserved, and its writer gives it 60: the file's size says which one a file has.
A file of 64 cut by four bytes has the size of one of 60, so the four bytes in question have a say too: they
have to be zero in a header of 64, and a file of 60 whose vectors begin with four zero bytes is refused.

This project's reading, where nothing is documented: sections stand in the order of their flags; int8 is
one signed byte a component of the original vectors, and whatever scales them is not in the file; PQ is one
byte a sub-vector, then float32 codebooks (sub-vectors, centroids, width), whose width is the AQEA dimension
(the original one where that is 0) divided by the number of sub-vectors, rounded up; t-SNE is two float32 a
vector. A file of another reading has another size, and is refused. Reserved bytes are written as zeros; the
other ones are not looked at.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, fields
from math import prod
from pathlib import Path

import numpy as np

from harness.codecs.aqea_rotation import KINDS, Weights
from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.server.aqed_sections import Header, Vectors, check_codes, header_of
from harness.server.binary import array_bytes, read_array, read_bytes, read_header

_WEIGHTS = struct.Struct("<4sBHHBff")
_VECTORS = struct.Struct("<4s7I")
_HEADERS = (64, 60)  # bytes, as documented and as the Rust writer pads them


def write_aqwt(path: Path, weights: Weights) -> None:
    """Write weights, version 2, atomically; raise InputError for what the format cannot hold."""
    where, dims = str(path), (weights.original_dim, weights.compressed_dim)
    _check_weights(*dims, weights.spearman, weights.rotation_scale, where)
    if weights.kind not in KINDS:
        raise InputError(f"{where}: found the kind {weights.kind!r}, expected one of {', '.join(KINDS)}")
    numbers = (KINDS.index(weights.kind), weights.spearman, weights.rotation_scale)
    matrix = array_bytes(weights.matrix, "<f4", (dims[1], dims[0]), f"{where}: weights")
    write_atomic(path, _WEIGHTS.pack(b"AQWT", 2, *dims, *numbers) + matrix)


def read_aqwt(path: Path) -> Weights:
    """Return the weights of a file of version 2; raise InputError where it is not whole and right."""
    where, data = str(path), read_bytes(path)
    original, compressed, kind, spearman, scale = read_header(_WEIGHTS, data, (b"AQWT", 2), where)
    if kind >= len(KINDS):
        raise InputError(f"{where}: model type: found {kind}, expected at most {len(KINDS) - 1}")
    _check_weights(original, compressed, spearman, scale, where)
    size = _WEIGHTS.size + 4 * original * compressed
    if len(data) != size:
        expected = f"{size} with {compressed} × {original} weights"
        raise InputError(f"{where}: found {len(data)} bytes, expected {expected}")
    matrix = read_array(data, _WEIGHTS.size, "<f4", (compressed, original), f"{where}: weights")
    return Weights(matrix, scale, KINDS[kind], spearman)


def _check_weights(original: int, compressed: int, spearman: float, scale: float, where: str) -> None:
    for name, dimension in (("original", original), ("compressed", compressed)):
        if not 1 <= dimension < 2**16:
            raise InputError(f"{where}: {name} dimension: found {dimension}, expected 1 to 65535")
    if not -1 <= spearman <= 1:
        raise InputError(f"{where}: spearman: found {spearman:g}, expected a correlation within -1 and 1")
    if not abs(scale) <= float(np.finfo(np.float32).max):
        raise InputError(f"{where}: rotation scale: found {scale:g}, expected a finite float32")


def write_aqed(path: Path, vectors: Vectors, *, header: int = 64) -> None:
    """Write vectors, version 1, atomically, with a header of 64 or 60 bytes; InputError as ``aqed_bytes``."""
    write_atomic(path, aqed_bytes(vectors, header=header, where=str(path)))


def aqed_bytes(vectors: Vectors, *, header: int = 64, where: str = ".aqed") -> bytes:
    """Return the bytes of an ``.aqed`` file with a header of 64 or 60 bytes.

    Raises InputError where the arrays are of other types or shapes than ``Vectors`` says, or not finite.
    """
    if header not in _HEADERS:
        raise InputError(f"{where}: found a header of {header} bytes, expected 64 or 60")
    arrays = {f.name: getattr(vectors, f.name) for f in fields(vectors)}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    file_header = header_of(arrays, where)
    sections = file_header.sections(where)
    body = [array_bytes(arrays[name], *section, f"{where}: {name}") for name, section in sections.items()]
    check_codes(arrays, where)
    packed = _VECTORS.pack(b"AQED", 1, *astuple(file_header))
    data = b"".join([packed.ljust(header, b"\0"), *body])
    _check_between(data, header, where)
    return data


def read_aqed(path: Path) -> Vectors:
    """Return the vectors of a file of version 1; raise InputError where it is not whole and right."""
    where, data = str(path), read_bytes(path)
    sections = Header(*read_header(_VECTORS, data, (b"AQED", 1), where)).sections(where)
    size = sum(np.dtype(kind).itemsize * prod(shape) for kind, shape in sections.values())
    at = len(data) - size
    if at not in _HEADERS:
        expected = f"{size + 64}, or {size + 60} with the shorter header"
        raise InputError(f"{where}: found {len(data)} bytes, expected {expected}")
    _check_between(data, at, where)
    arrays = {}
    for name, (kind, shape) in sections.items():
        arrays[name] = read_array(data, at, kind, shape, f"{where}: {name}")
        at += arrays[name].nbytes
    check_codes(arrays, where)
    return Vectors(**arrays)


def _check_between(data: bytes, header: int, where: str) -> None:
    """Raise InputError where the bytes after the 60th speak for the other header, or a file cut short."""
    between = data[_HEADERS[1] : _HEADERS[0]]
    if any(between) != (header == _HEADERS[1]):
        right = (
            "zeros" if header == _HEADERS[0] else "other than zeros, for the file could be a cut one of 64"
        )
        raise InputError(f"{where}: header of {header} bytes: found {between!r} after 60, expected {right}")
