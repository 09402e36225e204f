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
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.codecs.aqea_rotation import KINDS, Weights
from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.types import Bytes, Floats

_WEIGHTS = struct.Struct("<4sBHHBff")
_VECTORS = struct.Struct("<4s7I")
_HEADERS = (64, 60)  # bytes, as documented and as the Rust writer pads them
_CENTROIDS = 256  # at most: a code is one byte

_Sections = dict[str, tuple[str, tuple[int, ...]]]


def write_aqwt(path: Path, weights: Weights) -> None:
    """Write weights, version 2, atomically; raise InputError for what the format cannot hold."""
    where, dims = str(path), (weights.original_dim, weights.compressed_dim)
    _check_weights(*dims, weights.spearman, weights.rotation_scale, where)
    if weights.kind not in KINDS:
        raise InputError(f"{where}: found the kind {weights.kind!r}, expected one of {', '.join(KINDS)}")
    numbers = (KINDS.index(weights.kind), weights.spearman, weights.rotation_scale)
    matrix = _section(weights.matrix, "<f4", (dims[1], dims[0]), f"{where}: weights")
    write_atomic(path, _WEIGHTS.pack(b"AQWT", 2, *dims, *numbers) + matrix)


def read_aqwt(path: Path) -> Weights:
    """Return the weights of a file of version 2; raise InputError where it is not whole and right."""
    where, data = str(path), _read(path)
    original, compressed, kind, spearman, scale = _header(_WEIGHTS, data, (b"AQWT", 2), where)
    if kind >= len(KINDS):
        raise InputError(f"{where}: model type: found {kind}, expected at most {len(KINDS) - 1}")
    _check_weights(original, compressed, spearman, scale, where)
    size = _WEIGHTS.size + 4 * original * compressed
    if len(data) != size:
        found = f"found {len(data)} bytes"
        raise InputError(f"{where}: {found}, expected {size} with {compressed} × {original} weights")
    matrix = _array(data, _WEIGHTS.size, "<f4", (compressed, original), f"{where}: weights")
    return Weights(matrix, scale, KINDS[kind], spearman)


def _check_weights(original: int, compressed: int, spearman: float, scale: float, where: str) -> None:
    for name, dimension in (("original", original), ("compressed", compressed)):
        if not 1 <= dimension < 2**16:
            raise InputError(f"{where}: {name} dimension: found {dimension}, expected 1 to 65535")
    if not -1 <= spearman <= 1:
        raise InputError(f"{where}: spearman: found {spearman:g}, expected a correlation within -1 and 1")
    if not abs(scale) <= float(np.finfo(np.float32).max):
        raise InputError(f"{where}: rotation scale: found {scale:g}, expected a finite float32")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What an ``.aqed`` holds: sections about the same n vectors, None for those that are not there.

    ``original`` (n, D) and ``aqea`` (n, d) float32; ``int8`` (n, D) int8; ``pq_codes`` (n, m) uint8 and, of
    the same quantizer, ``pq_codebooks`` (m, centroids, width) float32; ``tsne`` (n, 2) float32.
    """

    original: Floats | None = None
    aqea: Floats | None = None
    int8: NDArray[np.int8] | None = None
    pq_codes: Bytes | None = None
    pq_codebooks: Floats | None = None
    tsne: Floats | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """The numbers of an ``.aqed`` header, in the order of the file."""

    n: int
    original_dim: int
    aqea_dim: int
    flags: int
    subvectors: int
    centroids: int

    def sections(self, where: str) -> _Sections:
        """Return type and shape of each section, in the order of the file; InputError for what cannot be."""
        n, m = self.n, self.subvectors
        width = -(-(self.aqea_dim or self.original_dim) // max(m, 1))
        by_flag: tuple[_Sections, ...] = (
            {"original": ("<f4", (n, self.original_dim))},
            {"aqea": ("<f4", (n, self.aqea_dim))},
            {"int8": ("i1", (n, self.original_dim))},
            {"pq_codes": ("u1", (n, m)), "pq_codebooks": ("<f4", (m, self.centroids, width))},
            {"tsne": ("<f4", (n, 2))},
        )
        if not 0 < self.flags < 2 ** len(by_flag):
            raise InputError(f"{where}: flags: found {self.flags}, expected 1 to {2 ** len(by_flag) - 1}")
        sections = {
            name: section
            for bit, group in enumerate(by_flag)
            if self.flags >> bit & 1
            for name, section in group.items()
        }
        for name, (_, shape) in sections.items():
            if 0 in shape:
                raise InputError(f"{where}: {name}: found the shape {shape}, expected no zero in it")
        if "pq_codes" in sections and self.centroids > _CENTROIDS:
            raise InputError(f"{where}: found {self.centroids} centroids, expected at most {_CENTROIDS}")
        return sections


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
    numbers = _numbers(arrays, where)
    sections = numbers.sections(where)
    body = [_section(arrays[name], *section, f"{where}: {name}") for name, section in sections.items()]
    _check_codes(arrays, where)
    said = (numbers.n, numbers.original_dim, numbers.aqea_dim, numbers.flags)
    packed = _VECTORS.pack(b"AQED", 1, *said, numbers.subvectors, numbers.centroids)
    data = b"".join([packed.ljust(header, b"\0"), *body])
    _check_between(data, header, where)
    return data


def read_aqed(path: Path) -> Vectors:
    """Return the vectors of a file of version 1; raise InputError where it is not whole and right."""
    where, data = str(path), _read(path)
    sections = _Header(*_header(_VECTORS, data, (b"AQED", 1), where)).sections(where)
    size = sum(np.dtype(kind).itemsize * prod(shape) for kind, shape in sections.values())
    at = len(data) - size
    if at not in _HEADERS:
        found = f"found {len(data)} bytes"
        raise InputError(f"{where}: {found}, expected {size + 64}, or {size + 60} with the shorter header")
    _check_between(data, at, where)
    arrays = {}
    for name, (kind, shape) in sections.items():
        arrays[name] = _array(data, at, kind, shape, f"{where}: {name}")
        at += arrays[name].nbytes
    _check_codes(arrays, where)
    return Vectors(**arrays)


def _check_between(data: bytes, header: int, where: str) -> None:
    """Raise InputError where the bytes after the 60th speak for the other header, or a file cut short."""
    between = data[_HEADERS[1] : _HEADERS[0]]
    if any(between) != (header == _HEADERS[1]):
        right = (
            "zeros" if header == _HEADERS[0] else "other than zeros, for the file could be a cut one of 64"
        )
        raise InputError(f"{where}: header of {header} bytes: found {between!r} after 60, expected {right}")


def _numbers(arrays: Mapping[str, NDArray[Any]], where: str) -> _Header:
    """Return the header of what is there; ``sections`` then says whether it fits together."""
    if ("pq_codes" in arrays) != ("pq_codebooks" in arrays):
        raise InputError(f"{where}: found PQ codes or codebooks alone, expected both or neither")
    for name, array in arrays.items():
        if array.ndim != (3 if name == "pq_codebooks" else 2) or max(array.shape) >= 2**32:
            raise InputError(f"{where}: {name}: found the shape {array.shape}, expected rows and columns")
    flags = ("original", "aqea", "int8", "pq_codes", "tsne")
    original = next((arrays[name].shape[1] for name in ("original", "int8") if name in arrays), 0)
    m, centroids, width = arrays["pq_codebooks"].shape if "pq_codebooks" in arrays else (0, 0, 0)
    return _Header(
        n=next((len(arrays[name]) for name in flags if name in arrays), 0),
        original_dim=original,
        aqea_dim=arrays["aqea"].shape[1] if "aqea" in arrays else m * width,
        flags=sum(2**bit for bit, name in enumerate(flags) if name in arrays),
        subvectors=m,
        centroids=centroids,
    )


def _read(path: Path) -> bytes:
    try:
        limits.AQEA_BYTES.check(path.stat().st_size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a file that can be read") from error


def _header(layout: struct.Struct, data: bytes, is_: tuple[bytes, int], where: str) -> tuple[Any, ...]:
    """Return the numbers after magic and version, both of which have to be as ``is_`` says."""
    magic, version = is_
    if data[:4] != magic:
        raise InputError(f"{where}: found the magic bytes {data[:4]!r}, expected {magic!r}")
    if len(data) < layout.size:
        raise InputError(f"{where}: found {len(data)} bytes, expected a header of at least {layout.size}")
    _, found, *numbers = layout.unpack_from(data)
    if found != version:
        raise InputError(f"{where}: found version {found}, expected {version}")
    return tuple(numbers)


def _section(array: NDArray[Any], kind: str, shape: tuple[int, ...], where: str) -> bytes:
    """Return an array's bytes; raise InputError unless it has that type and shape and is finite."""
    if array.dtype.newbyteorder("<") != np.dtype(kind) or array.shape != shape:
        found = f"found {array.dtype} {array.shape}"
        raise InputError(f"{where}: {found}, expected {np.dtype(kind).name} {shape}")
    _check_finite(array, where)
    return array.astype(kind).tobytes()


def _array(data: bytes, at: int, kind: str, shape: tuple[int, ...], where: str) -> NDArray[Any]:
    stored = np.frombuffer(data, kind, count=prod(shape), offset=at).reshape(shape)
    _check_finite(stored, where)
    return stored.astype(stored.dtype.newbyteorder("="))


def _check_finite(array: NDArray[Any], where: str) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise InputError(f"{where}: row {bad[0][0]} has NaN or infinity, expected finite numbers")


def _check_codes(arrays: Mapping[str, NDArray[Any]], where: str) -> None:
    if "pq_codes" in arrays:
        found, centroids = int(arrays["pq_codes"].max()), arrays["pq_codebooks"].shape[1]
        if found >= centroids:
            raise InputError(f"{where}: pq_codes: found code {found}, expected less than {centroids}")
