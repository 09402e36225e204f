"""The shared types: few, frozen, and without a heavy import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.errors import InputError

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]
Bytes: TypeAlias = NDArray[np.uint8]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Json: TypeAlias = Mapping[str, Any]

ZERO_NORM = 1e-12  # below this a vector has no direction, and its cosine no meaning
_CHECKED = 65_536  # rows that are checked at a time


@dataclass(frozen=True, slots=True)
class Irregularities:
    """What is irregular in a judged set: documents that are queries, grades of absent documents, and counts.

    ``own`` (k, 2) int64: rows of a query and of a document that is the query itself, which is left out of
    its ranking. ``missing`` (k, 2) int64: row of a query, and the grade of a judged document that the
    collection does not have. ``counts``: how often each irregularity was met, for every result's audit.
    """

    own: Ints
    missing: Ints
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PairSet:
    """Rows, and pairs among them that people (or a construction) have rated.

    ``texts`` holds one string a row, or is None where the rows come as ``vectors`` (n, D) float32.
    ``pairs`` is (m, 2) int64, two row numbers a pair; a training corpus without pairs has m = 0.
    ``gold`` is (m,) float64, or None where nobody rated the pairs. ``origin`` identifies the bytes
    the set was read from (it is part of every result's content hash). ``waves`` holds one recording a row,
    mono float32 at 16 kHz, where the rows are recordings; ``texts`` then holds what identifies each.

    A judged set has ``queries`` (q,) int64, the rows that ask; all other rows are the documents that are
    searched, a pair is a judged query and document, and ``gold`` holds the grades; ``irregularities`` has
    what no pair can say. ``index`` (rows,) int64 are the rows of the file that a part of it was taken from.
    ``drawn_as`` stands for the name where names seed random draws; None for the name itself.
    """

    name: str
    texts: tuple[str, ...] | None
    vectors: Floats | None
    pairs: Ints
    gold: Doubles | None
    origin: Json
    waves: tuple[Floats, ...] | None = None
    queries: Ints | None = None
    index: Ints | None = None
    irregularities: Irregularities | None = None
    drawn_as: str | None = None

    @property
    def draw_name(self) -> str:
        """Return the name that random draws from the set are seeded by."""
        return self.drawn_as or self.name

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.texts) if self.texts is not None else len(_present(self.vectors))


def _present(vectors: Floats | None) -> Floats:
    if vectors is None:
        raise InputError("a data set needs texts or vectors, found neither")
    return vectors


@dataclass(frozen=True, slots=True)
class Training:
    """What a compressor sees: only the training split.

    ``vectors`` (n, D) float32, different rows of the split; ``pairs`` (m, 2) int64 into them, m may
    be 0; ``gold`` (m,) float64 human scores or None.
    """

    vectors: Floats
    pairs: Ints
    gold: Doubles | None

    @property
    def dimension(self) -> int:
        """Return D."""
        return int(self.vectors.shape[1])


class Codec(Protocol):
    """A fitted compressor. What was not fitted cannot encode."""

    reconstructs: ClassVar[bool]
    """Whether ``decode`` gives back vectors of the space that was encoded, rather than of another."""

    @property
    def side_bytes(self) -> int:
        """Return how many of the bytes a vector that ``encode`` returns are side information (norms)."""

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes a vector) uint8 of vectors (n, D) float32."""

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, d) float32 whose cosines stand for those of the encoded vectors."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that ``restore`` of the same compressor needs; their bytes are counted."""


def check_vectors(x: NDArray[Any], where: str, dimension: int | None = None, first: int = 0) -> Floats:
    """Return ``x`` as contiguous float32 (n, D) or raise InputError naming the first bad row.

    Rows are numbered from ``first`` on.
    """
    if x.ndim != 2:  # noqa: PLR2004 - a matrix
        raise InputError(f"{where}: found an array of shape {x.shape}, expected rows and columns")
    if dimension is not None and x.shape[1] != dimension:
        raise InputError(f"{where}: found {x.shape[1]} dimensions, expected {dimension}")
    if len(x) == 0:
        raise InputError(f"{where}: found no rows, expected at least two")
    if x.dtype.kind not in "fiu":
        raise InputError(f"{where}: found numbers of type {x.dtype}, expected real numbers")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused below
        rows = np.ascontiguousarray(x, dtype=np.float32)
    for start in range(0, len(rows), _CHECKED):
        _check_block(rows[start : start + _CHECKED], where, first + start)
    return rows


def _check_block(rows: Floats, where: str, first: int) -> None:
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        row = first + int(finite.argmin())
        raise InputError(f"{where}: row {row} has NaN or infinity, expected finite numbers")
    norms = np.linalg.norm(rows.astype(np.float64), axis=1)
    if norms.min() < ZERO_NORM:
        row = first + int(norms.argmin())
        raise InputError(f"{where}: row {row} is a zero vector, expected a direction")


@dataclass(frozen=True, slots=True)
class Value:
    """One measured value: point estimate, 95 % interval, and the number of items behind it.

    ``undefined`` resamples are left out of the interval: none of their items counts, or all are equal.
    """

    protocol: str
    dataset: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    undefined: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the value as results state it, undefined resamples where there are some."""
        stated = asdict(self)
        return stated if self.undefined else {key: each for key, each in stated.items() if key != "undefined"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where inputs may come from: the folder of the suite, a mirror's folder or None, and the network.

    ``large``: whether also what is declared to be large.
    ``allowed_keys``: hosts, and for each the environment variable that the user lets go there as its key.
    """

    folder: Path
    mirror: Path | None
    offline: bool
    large: bool = False
    allowed_keys: frozenset[tuple[str, str]] = frozenset()
